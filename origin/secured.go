package origin

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
)

// secured is what a backend over TLS has besides: the origin decides by ALPN (RFC 7301) which version of HTTP a connection speaks.
// Each connection is opened here, whoever needs it, and handed to whom it turns out to be for: HTTP/1.1 to the pool or the exchange
// that waits, HTTP/2 to the library.
type secured struct {
	backend *Backend
	either  *tls.Config     // offers both versions
	oldest  *tls.Config     // offers HTTP/1.1 alone, for upgrades: HTTP/2 has none
	library *http.Transport // speaks HTTP/2, on connections that it gets from handOver

	multiplexed atomic.Bool // the connection that was opened last speaks HTTP/2

	mu      sync.Mutex  // protects waiting
	waiting []*tls.Conn // opened by a request that found out that they speak HTTP/2, and not fetched by the library yet
}

// What turns out when a connection was opened.
var (
	errMultiplexed = errors.New("the origin agreed on HTTP/2")
	errOneAtATime  = errors.New("the origin agreed on HTTP/1.1")
)

func newSecured(b *Backend, config *tls.Config) *secured {
	if config == nil {
		config = new(tls.Config)
	}
	s := &secured{backend: b, either: config.Clone(), oldest: config.Clone()}
	for _, c := range []*tls.Config{s.either, s.oldest} {
		if c.ServerName == "" {
			c.ServerName = b.location.host
		}
	}
	s.either.NextProtos = []string{"h2", "http/1.1"}
	s.oldest.NextProtos = []string{"http/1.1"}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	s.library = &http.Transport{
		Proxy:                  nil, // never one of the environment: it could be set by the Proxy field of a CGI request
		DisableCompression:     true,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleTime,
		ResponseHeaderTimeout:  b.timeouts.FirstByte,
		ExpectContinueTimeout:  continueTime,
		MaxResponseHeaderBytes: maxHead,
		Protocols:              protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter},
		DialTLSContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return s.handOver(ctx) },
	}
	return s
}

// open opens a connection and agrees on a version.
func (s *secured) open(ctx context.Context, config *tls.Config) (*tls.Conn, error) {
	limits := s.backend.timeouts
	raw, err := s.backend.open(ctx)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(&patient{Conn: raw, limit: limits.BetweenBytes}, config)
	ctx, cancel := context.WithTimeout(ctx, limits.Connect)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

func speaksHTTP2(conn *tls.Conn) bool { return conn.ConnectionState().NegotiatedProtocol == "h2" }

// connect opens a connection for HTTP/1.1. If the origin prefers HTTP/2 it fails with errMultiplexed, and the library gets the
// connection.
func (s *secured) connect(ctx context.Context, upgrade bool) (*connection, error) {
	config := s.either
	if upgrade {
		config = s.oldest
	}
	conn, err := s.open(ctx, config)
	if err != nil {
		return nil, s.backend.unconnected(ctx, err)
	}
	if speaksHTTP2(conn) {
		s.multiplexed.Store(true)
		s.mu.Lock()
		s.waiting = append(s.waiting, conn)
		s.mu.Unlock()
		return nil, errMultiplexed
	}
	c := newConnection(conn)
	if err := c.arm(s.backend.timeouts); err != nil {
		c.Close()
		return nil, s.backend.unconnected(ctx, err)
	}
	return c, nil
}

// handOver gives the library a connection that speaks HTTP/2: one that waits for it, or a new one. If the origin agrees on HTTP/1.1
// now, the connection goes to the pool and whoever asked the library is told so.
func (s *secured) handOver(ctx context.Context) (net.Conn, error) {
	if conn := s.takeWaiting(); conn != nil {
		return conn, nil
	}
	conn, err := s.open(ctx, s.either)
	if err != nil {
		return nil, err
	}
	if !speaksHTTP2(conn) {
		s.multiplexed.Store(false)
		s.backend.pool.put(newConnection(conn))
		return nil, errOneAtATime
	}
	return conn, nil
}

func (s *secured) takeWaiting() *tls.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return nil
	}
	conn := s.waiting[0]
	s.waiting = slices.Delete(s.waiting, 0, 1)
	return conn
}

// fetch asks over HTTP/2. It fails with an error that is errOneAtATime if the origin does not speak it any more; nothing of the request
// was used then.
func (s *secured) fetch(ctx context.Context, r *Request) (*Response, error) {
	x := newStream(s.backend, ctx, r)
	answer, err := s.library.RoundTrip(x.request(httptrace.WithClientTrace(x.ctx, x.trace())))
	x.headIsOver()
	s.closeWaiting()
	if err != nil {
		return nil, x.fail(x.kindOf(err), err)
	}
	return x.accept(answer)
}

// closeWaiting closes the connections that the library did not need, because it had others by then. It is called when a head has come
// or failed to: those who come later open their own.
func (s *secured) closeWaiting() {
	for conn := s.takeWaiting(); conn != nil; conn = s.takeWaiting() {
		conn.Close()
	}
}
