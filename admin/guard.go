package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard lets a request through to its route or says why not.
//
//   - Host must be an address, localhost or a name of ours: a page whose own name was bound anew to our address carries that name.
//   - What changes something must not come from a page of another origin, whatever cookie the browser adds.
//   - Everything but what tells nothing is for who holds the token.
func (s *Server) guard(r *http.Request) (*route, *refusal) {
	if !s.answersTo(r.Host) {
		return nil, &refusal{http.StatusMisdirectedRequest, "host", "this administration does not go by the name " + quoted(r.Host) + "; use an address or localhost"}
	}
	if err := crossOrigin.Check(r); err != nil {
		return nil, &refusal{http.StatusForbidden, "origin", "the request comes from a page of another origin"}
	}
	found, known := find(r.Method, r.URL.Path)
	if found != nil && found.access == open || found != nil && found.access == byHost && isLocal(r) {
		return found, nil
	}
	if why := s.unknown(r); why != nil {
		return nil, why
	}
	switch {
	case found != nil:
		return found, nil
	case known:
		return nil, &refusal{http.StatusMethodNotAllowed, "method", r.Method + " does not go with " + r.URL.Path + "; see /api/v1/openapi.yaml"}
	}
	return nil, &refusal{http.StatusNotFound, "path", "there is nothing at " + r.URL.Path + "; see /api/v1/openapi.yaml"}
}

// crossOrigin judges by Sec-Fetch-Site and Origin. What carries neither comes from no browser.
var crossOrigin = http.NewCrossOriginProtection()

// answersTo reports whether a Host may stand for this administration.
func (s *Server) answersTo(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	for _, own := range s.Names {
		if strings.EqualFold(name, own) {
			return true
		}
	}
	return false
}

// unknown returns nil for who may ask everything: by the token, or by a session. A session is not enough for what changes something unless
// the browser says where the request comes from.
func (s *Server) unknown(r *http.Request) *refusal {
	if shown := r.Header.Get("Authorization"); shown != "" {
		scheme, token, _ := strings.Cut(shown, " ")
		if strings.EqualFold(scheme, "Bearer") && sameSecret(strings.TrimSpace(token), s.Token) {
			return nil
		}
		return &refusal{http.StatusUnauthorized, "token", "the token is not that of this Lacquer"}
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil && s.sessions.holds(cookie.Value) {
		if !changes(r.Method) || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			return nil
		}
		return &refusal{http.StatusForbidden, "origin", "the browser does not say from where the request comes"}
	}
	return &refusal{http.StatusUnauthorized, "token", "a token is missing; send Authorization: Bearer TOKEN, which lies in the state directory"}
}

func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// sameSecret compares without telling by its time where two secrets differ, nor how long they are.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// forwarding names fields by which a request shows that a proxy on this machine brought it from elsewhere.
var forwarding = [...]string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via", "Cf-Connecting-Ip", "True-Client-Ip", "X-Client-Ip"}

// isLocal reports whether a request comes from this machine, as far as can be seen: over loopback or a Unix socket, and not through a proxy.
func isLocal(r *http.Request) bool {
	for _, name := range forwarding {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && local.Network() == "unix" {
		return true
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}
