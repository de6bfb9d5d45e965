package edge

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"time"

	"lacquer/message"
	"lacquer/proxy"
)

// Entry is what is known of a transaction that is over. It and its strings are valid until Access returns: those of the request are views of a buffer. Whoever
// keeps an Entry keeps a Clone.
type Entry struct {
	Time      time.Time     // when the head of the request was there
	Duration  time.Duration // until the end of the transaction
	Client    netip.Addr    // who is really asking; invalid on a Unix socket
	Peer      netip.Addr    // the other end of the connection; invalid on a Unix socket
	RequestID string

	Method, Scheme, Host string
	URI                  string // path and query; what stood in the request line, if it was refused, be it what it may
	Proto                string // HTTP/1.1 for example
	Referer, UserAgent   string
	User                 string // the name in Basic authentication, unverified

	Status   int    // of the response; 0 if none was begun
	Bytes    int64  // of the response's body
	Cut      bool   // the response did not come to its end
	Upgraded bool   // the connection went over to another protocol
	Backend  string // that was asked; "" if none was
	Waited   time.Duration

	Record proxy.Record // as the handler told it, for metrics; the zero value for a request that did not come that far
}

// asks adds what is known of a request before it is served.
func (e *Entry) asks(r *proxy.Request) {
	e.Client, e.Peer, e.RequestID = r.Client.Addr, r.Client.Peer, r.ID
	e.Method, e.Scheme, e.Host = r.Method, r.Scheme, r.Authority
	if e.URI == "" {
		e.URI = r.URI()
	}
	e.Proto = proto(r.Major, r.Minor)
	e.Referer, e.UserAgent = r.Header.Get("Referer"), r.Header.Get("User-Agent")
	e.User = basicUser(r.Header.Get("Authorization"))
}

// proto names a version as logs have it.
func proto(major, minor uint8) string {
	switch {
	case major == 2:
		return "HTTP/2.0"
	case minor == 0:
		return "HTTP/1.0"
	}
	return "HTTP/1.1"
}

// basicUser returns the name in Basic credentials (RFC 7617), "" if there is none.
func basicUser(credentials string) string {
	const scheme = "Basic "
	if len(credentials) < len(scheme) || !message.EqualFold(credentials[:len(scheme)], scheme) {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(credentials[len(scheme):])
	if err != nil {
		return ""
	}
	user, _, ok := strings.Cut(string(text), ":")
	if !ok {
		return ""
	}
	return user
}

// Clone returns a copy that lasts.
func (e *Entry) Clone() Entry {
	c := *e
	for _, text := range []*string{&c.RequestID, &c.Method, &c.Host, &c.URI, &c.Proto, &c.Referer, &c.UserAgent, &c.Record.Cache.Key} {
		*text = strings.Clone(*text)
	}
	return c
}

// gets adds what became of it.
func (e *Entry) gets(r proxy.Record) {
	e.Status, e.Bytes, e.Cut, e.Upgraded = r.Status, r.Bytes, r.Cut, r.Upgraded
	e.Backend, e.Waited = r.Backend, r.Waited
	e.Record = r
}

// access hands an entry on.
func (s *Server) access(e *Entry, now time.Time) {
	if s.Access != nil {
		e.Duration = now.Sub(e.Time)
		s.Access(e)
	}
}
