package edge

import (
	"net/http"
	"net/netip"
	"time"

	"lacquer/message"
	"lacquer/proxy"
)

// Entry is what is known of a transaction that is over. Its strings last.
type Entry struct {
	Time      time.Time     // when the head of the request was there
	Duration  time.Duration // until the end of the transaction
	Client    netip.Addr    // who is really asking; invalid on a Unix socket
	Peer      netip.Addr    // the other end of the connection; invalid on a Unix socket
	RequestID string

	Method, Scheme, Host string
	URI                  string // path and query; what stood in the request line, if it was refused
	Proto                string // HTTP/1.1 for example
	Referer, UserAgent   string
	User                 string // the name in Basic authentication, unverified

	Status   int    // of the response; 0 if none was begun
	Bytes    int64  // of the response's body
	Cut      bool   // the response did not come to its end
	Upgraded bool   // the connection went over to another protocol
	Cache    string // the Cache-Status that was sent, without the name of the cache
	Backend  string // that was asked; "" if none was
	Waited   time.Duration

	Record proxy.Record // as the handler told it, for metrics; the zero value for a request that did not come that far
}

// entry returns what is known of a transaction before it is served.
func (s *Server) entry(begin time.Time, r *http.Request) Entry {
	user, _, _ := r.BasicAuth()
	return Entry{
		Time:      begin,
		Method:    r.Method,
		Scheme:    schemeOf(r),
		Host:      r.Host,
		URI:       r.RequestURI,
		Proto:     r.Proto,
		Referer:   r.Header.Get("Referer"),
		UserAgent: r.Header.Get("User-Agent"),
		User:      user,
	}
}

// asks adds what was made of the request.
func (e *Entry) asks(head *message.Request, client proxy.Client, id string) {
	e.Client, e.Peer, e.RequestID = client.Addr, client.Peer, id
	e.Scheme, e.Host, e.URI = head.Scheme, head.Authority, head.URI()
}

// gets adds what became of it.
func (e *Entry) gets(r proxy.Record) {
	e.Status, e.Bytes, e.Cut, e.Upgraded = r.Status, r.Bytes, r.Cut, r.Upgraded
	e.Cache, e.Backend, e.Waited = r.Cache, r.Backend, r.Waited
	e.Record = r
}

// access hands an entry on.
func (s *Server) access(e Entry) {
	if s.Access != nil {
		e.Duration = time.Since(e.Time)
		s.Access(e)
	}
}
