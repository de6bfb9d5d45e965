package edge_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"lacquer/edge"
)

// certificate returns one for names, signed by itself.
func certificate(t *testing.T, names ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}
}

// startSecured serves with TLS on a socket of loopback, with a certificate for a.example and b.example.
func startSecured(t *testing.T, s *edge.Server) (address string, trust *x509.CertPool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shown := certificate(t, "a.example", "b.example")
	trust = x509.NewCertPool()
	trust.AddCert(shown.Leaf)
	return startOn(t, s, edge.Secure(l, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown, nil })), trust
}

// browser is a client that reaches address under the name a.example, by the protocol: HTTP/1 or 2.
func browser(t *testing.T, address string, trust *x509.CertPool, major int) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(major == 1)
	protocols.SetHTTP2(major == 2)
	transport := &http.Transport{
		Protocols:          protocols,
		DisableCompression: true,
		TLSClientConfig:    &tls.Config{RootCAs: trust},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// frames is a client that sends the frames of HTTP/2 it is told to.
type frames struct {
	t *testing.T
	*http2.Framer
	conn    net.Conn
	encoder *hpack.Encoder
	block   *blockWriter
	stream  uint32
}

type blockWriter struct{ bytes []byte }

func (b *blockWriter) Write(p []byte) (int, error) {
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}

// dialFrames connects under the name sni, "" for none.
func dialFrames(t *testing.T, address, sni string) *frames {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: sni, InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second)) // a test that waits for what never comes is to fail
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	block := new(blockWriter)
	f := &frames{t: t, Framer: http2.NewFramer(conn, conn), conn: conn, block: block, encoder: hpack.NewEncoder(block)}
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	f.must(f.WriteSettings())
	return f
}

func (f *frames) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// ask sends a head: names and values in turn, those of pseudo-header fields first.
func (f *frames) ask(end bool, fields ...string) {
	f.t.Helper()
	f.stream = max(1, f.stream+2)
	f.stream |= 1
	f.block.bytes = nil
	for i := 0; i < len(fields); i += 2 {
		f.must(f.encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	f.must(f.WriteHeaders(http2.HeadersFrameParam{StreamID: f.stream, BlockFragment: f.block.bytes, EndHeaders: true, EndStream: end}))
}

// status reads the answer to the last head: its status, "reset" for a stream that was reset, "closed" for a connection that was.
func (f *frames) status() string {
	f.t.Helper()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return "closed"
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			if frame.StreamID == f.stream {
				return frame.PseudoValue("status")
			}
		case *http2.RSTStreamFrame:
			if frame.StreamID == f.stream {
				return "reset"
			}
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				f.must(f.WriteSettingsAck())
			}
		}
	}
}
