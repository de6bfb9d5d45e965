package acme_test

import (
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

func TestACME(t *testing.T) {
	if os.Getenv("PEBBLE") == "" {
		t.Skip("no certificate authority; e2e/acme/run installs one")
	}
	names := nameServer(t)
	t.Run("stories", func(t *testing.T) { // which end before the name server does
		for name, story := range map[string]func(*testing.T, string){
			"by HTTP":            issueByHTTP,
			"by TLS":             issueByTLS,
			"away at the start":  awayAtStart,
			"renewal, then away": renewal,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(t, names)
			})
		}
	})
}

const season = 90 * 24 * time.Hour

// issueByHTTP has the authority find its challenge by http alone (RFC 8555 section 8.3).
func issueByHTTP(t *testing.T, names string) {
	s := &site{t: t, host: "by-http.example", http: freePort(t), https: freePort(t)}
	a := newAuthority(t, names, s.http, freePort(t), season)
	a.come()
	begun := time.Now()
	s.open(a)
	c := s.await(nil, time.Minute)
	t.Logf("obtained in %v: %v until %v", time.Since(begun).Round(time.Millisecond), c.DNSNames, c.NotAfter)
	if !s.log.has("challenge=http-01") {
		t.Error("not by HTTP-01")
	}
	s.serves(a.roots())

	// From now on the host is served by https alone; its challenges still by http.
	response, err := s.visit(nil, 1, s.url("http", s.http))
	if err != nil || response.StatusCode != http.StatusMovedPermanently || response.Header.Get("Location") != s.url("https", s.https) {
		t.Errorf("by http: %+v, %v", response, err)
	}
	t.Log("http goes to https")
}

// issueByTLS has nobody listen for http, so that the authority finds its challenge in a handshake (RFC 8737).
func issueByTLS(t *testing.T, names string) {
	s := &site{t: t, host: "by-tls.example", https: freePort(t)}
	a := newAuthority(t, names, freePort(t), s.https, season)
	a.come()
	begun := time.Now()
	s.open(a)
	c := s.await(nil, time.Minute)
	t.Logf("obtained in %v: %v until %v", time.Since(begun).Round(time.Millisecond), c.DNSNames, c.NotAfter)
	if !s.log.has("challenge=tls-alpn-01") {
		t.Error("not by TLS-ALPN-01")
	}
	s.serves(a.roots())
}

// awayAtStart starts Lacquer while the authority is away: the site is served by http, and by https when the authority has come.
func awayAtStart(t *testing.T, names string) {
	s := &site{t: t, host: "away.example", http: freePort(t), https: freePort(t)}
	a := newAuthority(t, names, s.http, s.https, season)
	s.open(a)
	s.awaitLog("no certificate was obtained", 20*time.Second)
	response, err := s.visit(nil, 1, s.url("http", s.http))
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("by http: %+v, %v", response, err)
	}
	if _, err := s.shown(); err == nil {
		t.Error("a handshake without a certificate")
	}
	t.Log("the authority is away, the site is served by http")
	a.come()
	begun := time.Now()
	s.await(nil, time.Minute)
	t.Logf("obtained %v after the authority came", time.Since(begun).Round(time.Millisecond))
	s.serves(a.roots())
}

// renewal lets a certificate grow old, twice: the first time it is renewed, the second time the authority is away, and the old one stays
// in use. A visitor comes all the time, and is never turned away.
func renewal(t *testing.T, names string) {
	s := &site{t: t, host: "renewal.example", http: freePort(t), https: freePort(t)}
	a := newAuthority(t, names, s.http, s.https, 15*time.Second)
	a.come()
	s.open(a)
	first := s.await(nil, time.Minute)
	t.Logf("obtained: number %x until %v", first.SerialNumber, first.NotAfter)
	s.serves(a.roots())

	stop := make(chan struct{})
	var visits int
	var visitor sync.WaitGroup
	visitor.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if _, err := s.visit(nil, 1+visits%2, s.url("https", s.https)); err != nil {
				t.Errorf("visit %d: %v", visits, err)
				return
			}
			visits++
		}
	})
	defer func() {
		close(stop)
		visitor.Wait()
		t.Logf("%d visits meanwhile, none of them turned away", visits)
	}()

	second := s.await(first, time.Minute)
	t.Logf("renewed: number %x until %v", second.SerialNumber, second.NotAfter)
	if second.NotAfter.Before(first.NotAfter) {
		t.Error("the new one does not last as long")
	}
	s.serves(a.roots())

	a.end()
	s.awaitLog("renewal=true error", time.Minute)
	last, err := s.shown()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the authority is away at the next renewal, number %x is shown on", last.SerialNumber)
	time.Sleep(time.Until(last.NotAfter) + time.Second)
	if c, err := s.shown(); err != nil || !c.Equal(last) {
		t.Errorf("when it is over another certificate is shown: %v", err)
	}
	t.Log("it is over, and still shown rather than nothing")
}
