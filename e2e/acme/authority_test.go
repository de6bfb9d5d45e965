package acme_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// freePort returns a port of loopback on which nobody listens.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// run starts a program of Pebble for the length of the test, or until the returned function ends it before.
func run(t *testing.T, name string, arguments ...string) (end func()) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(filepath.Join(os.Getenv("PEBBLE"), name), arguments...)
	command.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0") // a challenge for each certificate, at once
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if !ended {
			ended = true
			_ = command.Process.Kill()
			_ = command.Wait() // it was killed: its exit code says nothing
			log.Close()
		}
	}
	t.Cleanup(func() {
		end()
		if t.Failed() {
			if text, err := os.ReadFile(log.Name()); err == nil {
				t.Logf("%s said:\n%s", name, text)
			}
		}
	})
	return end
}

// nameServer starts one that knows 127.0.0.1 for every name, and returns its address.
func nameServer(t *testing.T) string {
	t.Helper()
	address := local(freePort(t))
	run(t, "pebble-challtestsrv", "-dnsserver", address, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
		"-management", local(freePort(t)), "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "")
	return address
}

// authority is a certificate authority that may be away.
type authority struct {
	t          *testing.T
	dir        string
	names      string // address of the name server
	port       int
	management int
	trust      *x509.CertPool // by which it is itself known
	end        func()
}

// newAuthority makes one that asks for challenges on two ports, and whose certificates last so long. It is away.
func newAuthority(t *testing.T, names string, httpPort, tlsPort int, lasts time.Duration) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir(), names: names, port: freePort(t), management: freePort(t)}
	a.certify()
	config := map[string]any{"pebble": map[string]any{
		"listenAddress":           local(a.port),
		"managementListenAddress": local(a.management),
		"certificate":             a.path("own.pem"),
		"privateKey":              a.path("own.key"),
		"httpPort":                httpPort,
		"tlsPort":                 tlsPort,
		"retryAfter":              map[string]int{"authz": 1, "order": 1},
		"keyAlgorithm":            "ecdsa",
		"profiles":                map[string]any{"default": map[string]any{"description": "the only one", "validityPeriod": int(lasts.Seconds())}},
	}}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	a.write("pebble.json", text)
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) write(name string, text []byte) {
	a.t.Helper()
	if err := os.WriteFile(a.path(name), text, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// certify makes the certificate by which the authority is itself known.
func (a *authority) certify() {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	a.write("own.pem", certificate)
	a.write("own.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	a.trust = x509.NewCertPool()
	a.trust.AppendCertsFromPEM(certificate)
}

// directory is where clients begin (RFC 8555 section 7.1.1).
func (a *authority) directory() string { return "https://" + local(a.port) + "/dir" }

// come starts it and waits until it answers.
func (a *authority) come() {
	a.t.Helper()
	a.end = run(a.t, "pebble", "-config", a.path("pebble.json"), "-dnsserver", a.names, "-strict")
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := a.get(a.directory()); err == nil {
			return
		} else if time.Now().After(limit) {
			a.t.Fatalf("the authority does not answer: %v", err)
		}
	}
}

// roots returns what visitors must trust.
func (a *authority) roots() *x509.CertPool {
	a.t.Helper()
	text, err := a.get("https://" + local(a.management) + "/roots/0")
	if err != nil {
		a.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		a.t.Fatalf("the authority's root is no certificate: %q", text)
	}
	return pool
}

func (a *authority) get(url string) ([]byte, error) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.trust}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}
