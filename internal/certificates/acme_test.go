package certificates_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"lacquer/internal/certificates"
)

// An authority that cannot be reached holds up nobody: not the start, not the handshakes, not the end.
func TestAuthorityOutOfReach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr()
	l.Close() // nobody answers there
	var book logBook
	dir := t.TempDir()
	s := open(t, certificates.Options{
		Directory: dir, Log: book.log(), Files: []certificates.Pair{issue(t, dir, "own", elliptical(t), nextYear, "own.example")},
		ACME: certificates.ACME{Hosts: []string{"a.example"}, Authority: "https://" + address.String() + "/directory", TLS: address},
	})
	s.Begin()
	if c, err := s.Get(hello("own.example")); err != nil || c.Leaf.DNSNames[0] != "own.example" {
		t.Errorf("own certificate: %v", err)
	}
	if s.Covers("a.example") || !s.Covers("own.example") {
		t.Error("covers what is not there, or not what is")
	}
	if _, ok := s.Challenge("a.example", "/.well-known/acme-challenge/unknown"); ok {
		t.Error("an answer to an unknown challenge")
	}
	begun := time.Now()
	s.Close()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Close took %v", took)
	}

	alone := open(t, certificates.Options{Directory: t.TempDir(), ACME: certificates.ACME{Hosts: []string{"a.example"}}})
	if _, err := alone.Get(hello("a.example")); err == nil || !strings.Contains(err.Error(), `"a.example" has been obtained yet`) {
		t.Errorf("handshake without a certificate: %v", err)
	}
}

// What the library logs comes to our log, its steps as what only helps to debug.
func TestLibraryLog(t *testing.T) {
	var book logBook
	log := certificates.Library(book.log())
	f := func(say func(string, ...zap.Field), message, want string) {
		t.Helper()
		say(message, zap.String("host", "a.example"), zap.Error(errors.New("no")))
		got := book.take()
		if _, rest, ok := strings.Cut(got, " "); ok {
			got = rest // the time
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(log.Debug, "step", "")
	f(log.Info, "step", "")
	f(log.Warn, "trouble", "level=WARN msg=trouble by=acme error=no host=a.example")
	f(log.Error, "trouble", "level=ERROR msg=trouble by=acme error=no host=a.example")
	f(log.Error, "will retry", "")
	f(log.Named("deep").With(zap.Int("n", 1)).Error, "trouble", "level=ERROR msg=trouble by=acme error=no host=a.example n=1")
}
