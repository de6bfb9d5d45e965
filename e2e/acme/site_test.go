package acme_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/internal/daemon"
)

// site is Lacquer in front of a site, for one host.
type site struct {
	t     *testing.T
	host  string
	http  int // ports; 0 for none
	https int
	log   logBook
}

// logBook takes what Lacquer logs.
type logBook struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) has(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Contains(b.text.String(), text)
}

// open starts Lacquer on the ports of the site, whose certificate is to come from a.
func (s *site) open(a *authority) {
	s.t.Helper()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		fmt.Fprint(w, "hello")
	}))
	s.t.Cleanup(origin.Close)
	listen := "https://" + local(s.https)
	if s.http > 0 {
		listen += ", http://" + local(s.http)
	}
	config, err := daemon.Load(daemon.Source{File: a.path("lacquer.yaml"), Data: fmt.Appendf(nil, `
backends: {site: %q}
listen: [%s]
access_log: off
cache: {memory: 64MiB}
tls:
  email: ops@%s
  hosts: [%s]
  acme: {directory: %q, root: own.pem}
`, origin.URL, listen, s.host, s.host, a.directory())})
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := daemon.Start(config, daemon.Host{
		Log:              slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		State:            s.t.TempDir(),
		CertificateCheck: time.Second,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := d.Stop(context.Background()); err != nil {
			s.t.Errorf("Stop: %v", err)
		}
		if s.t.Failed() {
			s.t.Logf("lacquer said:\n%s", &s.log.text)
		}
	})
}

// shown returns the certificate that a visitor is shown, without judging it.
func (s *site) shown() (*x509.Certificate, error) {
	conn, err := tls.Dial("tcp", local(s.https), &tls.Config{ServerName: s.host, InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0], nil
}

// await waits until another certificate is shown than before, nil for none.
func (s *site) await(before *x509.Certificate, within time.Duration) *x509.Certificate {
	s.t.Helper()
	for limit := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		c, err := s.shown()
		if err == nil && (before == nil || !c.Equal(before)) {
			return c
		}
		if time.Now().After(limit) {
			s.t.Fatalf("no other certificate within %v: %v", within, err)
		}
	}
}

// awaitLog waits until Lacquer has said something.
func (s *site) awaitLog(text string, within time.Duration) {
	s.t.Helper()
	for limit := time.Now().Add(within); !s.log.has(text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("within %v lacquer did not say %q", within, text)
		}
	}
}

// visit asks for a page by a version of HTTP, and judges the certificate by roots; nil believes any. A port of 0 is that of https.
func (s *site) visit(roots *x509.CertPool, major int, url string) (*http.Response, error) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(major == 1)
	protocols.SetHTTP2(major == 2)
	transport := &http.Transport{
		Protocols:       protocols,
		TLSClientConfig: &tls.Config{RootCAs: roots, InsecureSkipVerify: roots == nil},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port)) // as the name server says
		},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || response.StatusCode == 200 && string(body) != "hello" {
		return nil, fmt.Errorf("%s: body %q, %v", url, body, err)
	}
	return response, nil
}

func (s *site) url(scheme string, port int) string {
	return fmt.Sprintf("%s://%s:%d/page", scheme, s.host, port)
}

// serves checks that a page comes by https, judged by roots, over both versions of HTTP, with the same Cache-Status.
func (s *site) serves(roots *x509.CertPool) {
	s.t.Helper()
	var first string
	for i, major := range []int{1, 1, 2} {
		response, err := s.visit(roots, major, s.url("https", s.https))
		if err != nil {
			s.t.Fatalf("by HTTP/%d: %v", major, err)
		}
		status, _, _ := strings.Cut(response.Header.Get("Cache-Status"), "; ttl")
		if i == 1 {
			first = status
		}
		if response.StatusCode != 200 || response.ProtoMajor != major || i == 2 && status != first {
			s.t.Errorf("by HTTP/%d: %s %s, Cache-Status %s, want %s", major, response.Proto, response.Status, status, first)
		}
	}
}
