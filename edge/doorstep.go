package edge

import (
	"net/http"
	"net/netip"
	"strings"

	"lacquer/message"
	"lacquer/proxy"
)

// wellKnown is beneath which a certificate authority looks for the answer to its challenge (RFC 8555 section 8.3).
const wellKnown = "/.well-known/acme-challenge/"

// answer is a response that is given before the handler is asked.
type answer struct {
	message.Response
	body string
}

// doorstep answers what never gets to the handler: challenges of certificate authorities, and requests by http that are to come again
// by https. It returns nil for all others.
func (s *Server) doorstep(r *proxy.Request) *answer {
	if strings.HasPrefix(r.Path, wellKnown) {
		// Never sent elsewhere: what we do not know, the site behind us may.
		if s.Challenge == nil || r.Method != http.MethodGet {
			return nil
		}
		if text, ok := s.Challenge(hostOf(r.Authority), r.Path); ok {
			return newAnswer(http.StatusOK, text, message.Field{Name: "Content-Type", Value: "application/octet-stream"})
		}
		return nil
	}
	if s.Secured == nil || r.TLS != nil || r.Scheme != "http" || !strings.HasPrefix(r.Path, "/") {
		return nil
	}
	status := redirection(r.Method)
	if status == 0 {
		return nil
	}
	authority, ok := s.Secured(hostOf(r.Authority))
	if !ok {
		return nil
	}
	return newAnswer(status, "", message.Field{Name: "Location", Value: "https://" + authority + r.URI()})
}

// redirection returns the status that sends a method elsewhere. RFC 9110 section 15.4.2 lets clients make GET of POST on 301, so that others
// get 308. Methods that are none of HTTP's own, PURGE among them, are meant for us and get 0.
func redirection(method string) int {
	switch method {
	case http.MethodGet, http.MethodHead:
		return http.StatusMovedPermanently
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return http.StatusPermanentRedirect
	}
	return 0
}

// misdirected reports whether a request over HTTP/2 came on a connection that was not made for its host (RFC 9110 section 15.5.20):
// another was asked for in the handshake, and there is no certificate that would have let the client use it for this one, too
// (RFC 9113 section 9.1.1). A client that sends no name in the handshake has an address in its URL, and any is as good. Trusted
// proxies connect by whatever name they like.
func (s *Server) misdirected(r *proxy.Request) bool {
	if r.Major != 2 || s.Covers == nil || r.Client.Trusted {
		return false
	}
	host, asked := hostOf(r.Authority), hostOf(r.TLS.ServerName)
	if _, err := netip.ParseAddr(host); host == asked || asked == "" && err == nil {
		return false
	}
	return !s.Covers(host)
}

// hostOf returns the host of a valid authority in the one form in which it is compared.
func hostOf(authority string) string {
	host := authority
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func newAnswer(status int, body string, fields ...message.Field) *answer {
	return &answer{message.Response{Status: status, Header: fields, Length: int64(len(body))}, body}
}

// send sends the answer and returns the bytes of its body that were sent.
func (a *answer) send(w responder) int64 { return send(w, &a.Response, a.body) }
