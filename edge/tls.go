package edge

import (
	"crypto/tls"
	"net"
	"strings"

	"lacquer/proxy"
)

// Secure returns a listener whose connections speak TLS 1.2 or later, and HTTP/2 or HTTP/1.1 within; more names further protocols of
// ALPN (RFC 7301) that certificate answers and nobody speaks. The handshake takes place on the goroutine that serves the connection, under
// the time limit for a head. certificate is called once for each, from many goroutines; its error ends the connection with an alert.
func Secure(l net.Listener, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), more ...string) net.Listener {
	return tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     append([]string{"h2", "http/1.1"}, more...),
		GetCertificate: certificate,
	})
}

// factsOf returns what the handler is told of a connection.
func factsOf(state *tls.ConnectionState) *proxy.TLS {
	if state == nil {
		return nil
	}
	return &proxy.TLS{
		Version:    strings.TrimPrefix(tls.VersionName(state.Version), "TLS "),
		Cipher:     tls.CipherSuiteName(state.CipherSuite),
		ServerName: state.ServerName,
		Protocol:   state.NegotiatedProtocol,
	}
}

// reset closes a connection such that the other end sees that it was cut, if it is one that can be reset. Beneath TLS it is closed
// without the alert that would make its end look right (RFC 8446 section 6.1).
func reset(conn net.Conn) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if announced, ok := conn.(*announced); ok {
		conn = announced.Conn
	}
	switch c := conn.(type) {
	case interface{ SetLinger(int) error }:
		c.SetLinger(0)
	case interface{ Reset() }:
		c.Reset()
	}
	conn.Close()
}
