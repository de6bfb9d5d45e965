package daemon_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lacquer/internal/daemon"
)

// writeCertificate writes a certificate for a name, and its key, to one file.
func writeCertificate(t *testing.T, path, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(365 * 24 * time.Hour),
		DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	if err := os.WriteFile(path, append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), certificate...), 0o600); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return pool
}

// serveSecured starts a daemon over loopback in front of a site, with more lines of configuration.
func serveSecured(t *testing.T, more string, host daemon.Host) *daemon.Daemon {
	t.Helper()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		fmt.Fprintf(w, "%s %s %s\n", r.Host, r.URL.Path, r.Header.Get("X-Forwarded-Proto"))
	}))
	t.Cleanup(origin.Close)
	config := load(t, daemon.Source{File: "lacquer.yaml", Data: []byte("backends: {app: '" + origin.URL + "'}\naccess_log: off\n" + more)})
	d, err := daemon.Start(config, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.Background()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return d
}

// A client gets the same bytes and the same Cache-Status by HTTP/1.1 and HTTP/2, from one stored object.
func TestHTTPS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.pem")
	trust := writeCertificate(t, path, "www.example.org")
	var book bytes.Buffer
	d := serveSecured(t, "listen: ['https://127.0.0.1:0']\ntls: {certificates: {cert: "+path+"}}\n", daemon.Host{Log: slog.New(slog.NewTextHandler(&book, nil))})
	address, ok := strings.CutPrefix(d.Addresses()[0], "https://")
	if !ok {
		t.Fatalf("addresses: %v", d.Addresses())
	}
	f := func(major int, wantStatus string) {
		t.Helper()
		protocols := new(http.Protocols)
		protocols.SetHTTP1(major == 1)
		protocols.SetHTTP2(major == 2)
		transport := &http.Transport{
			Protocols: protocols, TLSClientConfig: &tls.Config{RootCAs: trust},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		}
		defer transport.CloseIdleConnections()
		response, err := (&http.Client{Transport: transport}).Get("https://www.example.org/a")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		status, _, _ := strings.Cut(response.Header.Get("Cache-Status"), "; ttl")
		if got := string(body); err != nil || response.ProtoMajor != major || got != "www.example.org /a https\n" || status != wantStatus {
			t.Errorf("HTTP/%d: %s %q %s, %v; want %s", major, response.Proto, got, status, err, wantStatus)
		}
	}
	f(1, "lacquer; fwd=uri-miss; fwd-status=200; stored")
	f(2, "lacquer; hit")
	f(1, "lacquer; hit")
	f(2, "lacquer; hit")
	if strings.Contains(book.String(), "self-signed") {
		t.Errorf("a self-signed certificate beside one from files:\n%s", &book)
	}

	t.Run("curl", func(t *testing.T) {
		curl, err := exec.LookPath("curl")
		if err != nil {
			t.Skip("curl is not installed")
		}
		_, port, _ := net.SplitHostPort(address)
		ask := func(protocol string) string {
			t.Helper()
			output, err := exec.CommandContext(t.Context(), curl, "-sS", "--noproxy", "*", protocol, "--cacert", path, "-w", "%header{cache-status} %{http_version}",
				"--resolve", "www.example.org:"+port+":127.0.0.1", "https://www.example.org:"+port+"/curl").CombinedOutput()
			if err != nil {
				t.Fatalf("curl %s: %v\n%s", protocol, err, output)
			}
			text, ttl, _ := strings.Cut(string(output), "ttl=")
			_, version, _ := strings.Cut(ttl, " ")
			return text + version
		}
		ask("--http1.1")
		first, second := ask("--http1.1"), ask("--http2")
		want := "www.example.org:" + port + " /curl https\nlacquer; hit; "
		if first != want+"1.1" || second != want+"2" {
			t.Errorf("got %q and %q, want %q and the version", first, second, want)
		}
	})
}

// Without certificates there is one for localhost, kept in the state directory.
func TestHTTPSWithoutCertificates(t *testing.T) {
	state := t.TempDir()
	d := serveSecured(t, "listen: ['127.0.0.1:0', 'https://127.0.0.1:0']\n", daemon.Host{State: state})
	text, err := os.ReadFile(filepath.Join(state, "certificates", "self-signed.pem"))
	if err != nil {
		t.Fatal(err)
	}
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for _, url := range []string{d.Addresses()[1], strings.Replace(d.Addresses()[1], "127.0.0.1", "localhost", 1), "http://" + d.Addresses()[0]} {
		response, err := client.Get(url + "/a")
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode != 200 {
			t.Errorf("%s: %s", url, response.Status)
		}
	}
}

// While there is no certificate for a host, it goes on being served by http.
func TestHTTPSUnderWay(t *testing.T) {
	authority, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	authority.Close() // nobody answers there
	d := serveSecured(t, "listen: ['127.0.0.1:0', 'https://127.0.0.1:0']\n"+
		"tls: {hosts: [www.example.org], acme: {directory: 'https://"+authority.Addr().String()+"/directory'}}\n", daemon.Host{State: t.TempDir()})
	request, err := http.NewRequest("GET", "http://"+d.Addresses()[0]+"/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "www.example.org"
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("by http: %s, Location %q", response.Status, response.Header.Get("Location"))
	}
	if _, err := tls.Dial("tcp", strings.TrimPrefix(d.Addresses()[1], "https://"), &tls.Config{ServerName: "www.example.org"}); err == nil {
		t.Error("a handshake without a certificate")
	}
}

// What is wrong with the files stops the start, and says which.
func TestHTTPSErrors(t *testing.T) {
	config := load(t, daemon.Source{File: "lacquer.yaml", Data: []byte("backends: {app: 'http://127.0.0.1:3000'}\nlisten: ['https://127.0.0.1:0']\n" +
		"tls: {certificates: {cert: /nowhere/site.pem, key: /nowhere/site.key}}\n")})
	const want = "certificate /nowhere/site.pem: there is no such file"
	if _, err := daemon.Start(config, daemon.Host{}); err == nil || err.Error() != want {
		t.Errorf("Start: %v, want %s", err, want)
	}
	if err := config.TryCertificates(); err == nil || err.Error() != want {
		t.Errorf("TryCertificates: %v, want %s", err, want)
	}
}
