package certificates_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/internal/certificates"
)

// issue writes a certificate for names, and its key, to files called name in the directory, and returns their paths.
func issue(t *testing.T, directory, name string, key crypto.Signer, until time.Time, names ...string) certificates.Pair {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: until}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := certificates.Pair{Certificate: filepath.Join(directory, name+".pem"), Key: filepath.Join(directory, name+".key")}
	write(t, p.Certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})))
	write(t, p.Key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	return p
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func elliptical(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var nextYear = time.Now().Add(365 * 24 * time.Hour)

// logBook takes a log.
type logBook struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// take returns what was logged since the last time.
func (b *logBook) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

func (b *logBook) log() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func open(t *testing.T, o certificates.Options) *certificates.Set {
	t.Helper()
	s, err := certificates.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// hello is what a client of our time says that asks for a name, with the kinds of key it knows.
func hello(name string, kinds ...tls.SignatureScheme) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName: name, SupportedVersions: []uint16{tls.VersionTLS13}, SignatureSchemes: kinds,
		CipherSuites: []uint16{tls.TLS_AES_128_GCM_SHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
	}
}

// at is a connection to an address.
type at struct {
	net.Conn
	local string
}

func (c at) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.local), Port: 443} }

func TestGet(t *testing.T) {
	dir := t.TempDir()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, certificates.Options{Files: []certificates.Pair{
		issue(t, dir, "first", elliptical(t), nextYear, "first.example"),
		issue(t, dir, "wild", elliptical(t), nextYear, "*.site.example", "Site.example"),
		issue(t, dir, "exact", elliptical(t), nextYear, "www.site.example"),
		issue(t, dir, "old", rsaKey, nextYear, "first.example", "192.0.2.1", "2001:db8::1"),
	}})
	names := map[string]string{"first.example": "first", "*.site.example": "wild", "www.site.example": "exact"}
	f := func(h *tls.ClientHelloInfo, want string) {
		t.Helper()
		c, err := s.Get(h)
		if err != nil {
			t.Errorf("%s: %v", h.ServerName, err)
			return
		}
		got := names[c.Leaf.DNSNames[0]]
		if _, isRSA := c.PrivateKey.(*rsa.PrivateKey); isRSA {
			got = "old"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", h.ServerName, got, want)
		}
	}
	modern, both := tls.ECDSAWithP256AndSHA256, []tls.SignatureScheme{tls.PSSWithSHA256, tls.ECDSAWithP256AndSHA256}

	f(hello("first.example", both...), "first")
	// Of several for one name, the first whose key the client knows.
	f(hello("first.example", tls.PSSWithSHA256), "old")
	// RFC 9525 section 6.3: a wildcard stands for one label; the very name comes first.
	f(hello("shop.site.example", modern), "wild")
	f(hello("www.site.example", modern), "exact")
	f(hello("SITE.example.", modern), "wild")
	f(hello("a.b.site.example", modern), "first")
	// Names that nobody has, and none, get the first.
	f(hello("other.example", modern), "first")
	f(hello("", modern), "first")
	// RFC 6066 section 3: a client that connects to an address names none.
	h := hello("", both...)
	h.Conn = at{local: "192.0.2.1"}
	f(h, "old")
	h.Conn = at{local: "192.0.2.2"}
	f(h, "first")

	for host, want := range map[string]bool{
		"first.example": true, "www.site.example": true, "x.site.example": true, "site.example": true, "192.0.2.1": true, "2001:db8::1": true,
		"a.b.site.example": false, "other.example": false, "192.0.2.2": false, "": false, "example": false, "localhost": false,
	} {
		if s.Covers(host) != want {
			t.Errorf("covers %q: %v", host, !want)
		}
	}
	if _, ok := s.Challenge("first.example", "/.well-known/acme-challenge/a"); ok || s.Protocols() != nil {
		t.Error("answers challenges without ACME")
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	good, other := issue(t, dir, "good", elliptical(t), nextYear, "a.example"), issue(t, dir, "other", elliptical(t), nextYear, "b.example")
	empty := filepath.Join(dir, "empty.pem")
	write(t, empty, "")
	f := func(o certificates.Options, want string) {
		t.Helper()
		if s, err := certificates.Open(o); err == nil {
			s.Close()
			t.Errorf("opened, want: %s", want)
		} else if got := strings.ReplaceAll(err.Error(), dir+"/", ""); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	pair := func(certificate, key string) certificates.Options {
		return certificates.Options{Files: []certificates.Pair{good, {Certificate: certificate, Key: key}}}
	}
	const advice = "; give the two in PEM, the certificate of the host first"

	f(pair(filepath.Join(dir, "none.pem"), good.Key), "certificate none.pem: there is no such file")
	f(pair(good.Certificate, filepath.Join(dir, "none.key")), "key none.key: there is no such file")
	f(pair(good.Certificate, other.Key), "certificate good.pem with key other.key: private key does not match public key"+advice)
	f(pair(empty, good.Key), "certificate empty.pem with key good.key: failed to find any PEM data in certificate input"+advice)
	f(pair(good.Key, good.Certificate), "certificate good.key with key good.pem: failed to find certificate PEM data in certificate input, "+
		"but did find a private key; PEM inputs may have been switched"+advice)
	hosts := []string{"a.example"}
	f(certificates.Options{ACME: certificates.ACME{Hosts: hosts}}, "certificates cannot be obtained without a directory to keep them in")
	f(certificates.Options{Directory: dir, ACME: certificates.ACME{Hosts: hosts, Roots: empty}},
		"root certificates empty.pem: the file holds no certificate in PEM")
}

// A certificate that ends is told of when it is read.
func TestWarning(t *testing.T) {
	var book logBook
	soon := issue(t, t.TempDir(), "soon", elliptical(t), time.Now().Add(13*24*time.Hour), "soon.example")
	open(t, certificates.Options{Files: []certificates.Pair{soon}, Log: book.log()})
	if text := book.take(); !strings.Contains(text, "a certificate ends") || !strings.Contains(text, "soon.example") {
		t.Errorf("logged %q", text)
	}
}
