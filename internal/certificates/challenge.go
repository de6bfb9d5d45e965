package certificates

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"net/url"
)

// challengeProtocol is what an authority speaks that looks for its challenge in a handshake (RFC 8737 section 6.2).
const challengeProtocol = "acme-tls/1"

// isChallenge reports whether a handshake is one of RFC 8737, which offers that protocol alone.
func isChallenge(hello *tls.ClientHelloInfo) bool {
	return hello.ServerName != "" && len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == challengeProtocol
}

func (m *manager) challengeCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return m.config.GetCertificate(hello)
}

// challenge asks the library for the answer, as if it were a server of its own.
func (m *manager) challenge(host, path string) (answer string, ok bool) {
	var taken response
	ok = m.issuer.HandleHTTPChallenge(&taken, &http.Request{Method: http.MethodGet, Host: host, URL: &url.URL{Path: path}, Header: http.Header{}})
	return taken.body.String(), ok
}

// response takes what a handler answers with 200.
type response struct {
	header http.Header
	body   bytes.Buffer
}

func (r *response) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *response) WriteHeader(int)             {}
func (r *response) Write(p []byte) (int, error) { return r.body.Write(p) }
