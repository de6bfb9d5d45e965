package edge

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/proxy"
)

// Handler leads a request from its head to the end of its response. The context ends when the client is gone. *proxy.Server
// is one.
type Handler interface {
	Serve(context.Context, *proxy.Request, proxy.Writer) proxy.Record
}

// Limits bound what a client may send and how long it may take. Zero stands for the default.
type Limits struct {
	Header     int           // bytes of a request's head; default 64 KiB
	HeaderTime time.Duration // for a head to come whole, from its first byte or from the connection's beginning; default 10 s
	IdleTime   time.Duration // between two requests on a connection; default 75 s
	BodyTime   time.Duration // for the next piece of a request's body; default 60 s, overrun by at most a quarter
	WriteTime  time.Duration // for a client to take the next piece of its response; default 60 s, overrun by at most a quarter
	Body       int64         // bytes of a request's body; 0 is no limit
}

func (l Limits) withDefaults() Limits {
	if l.Header <= 0 {
		l.Header = 64 << 10
	}
	for _, d := range []struct {
		limit *time.Duration
		value time.Duration
	}{
		{&l.HeaderTime, 10 * time.Second},
		{&l.IdleTime, 75 * time.Second},
		{&l.BodyTime, time.Minute},
		{&l.WriteTime, time.Minute},
	} {
		if *d.limit <= 0 {
			*d.limit = d.value
		}
	}
	return l
}

// Server serves HTTP/1.1 on any number of listeners, and HTTP/2 on those that Secure made. Its fields are set before the first Serve and not changed after.
type Server struct {
	Handler Handler
	Trusted []netip.Prefix // proxies whose forwarding fields and request ids are believed
	Limits  Limits
	Log     *slog.Logger // nil discards
	Access  func(Entry)  // called when a transaction is over, on its goroutine; may be nil

	// What is answered before the Handler is asked. Each may be nil, and is called from many goroutines. A host is in lower case,
	// without port, brackets and final dot.
	Covers    func(host string) bool                           // whether there is a certificate for a host; nil stands for all
	Challenge func(host, path string) (answer string, ok bool) // what a certificate authority wants to read there
	Secured   func(host string) (authority string, ok bool)    // where requests by http for a host are to go by https

	once   sync.Once // makes what follows
	http   *http.Server
	limits Limits
	log    *slog.Logger

	tunnels tunnels
	panics  atomic.Int64
}

func (s *Server) init() {
	s.once.Do(func() {
		s.limits = s.Limits.withDefaults()
		if s.log = s.Log; s.log == nil {
			s.log = slog.New(slog.DiscardHandler)
		}
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		protocols.SetHTTP2(true) // where ALPN chooses it; never in clear text
		s.http = &http.Server{
			Handler:           http.HandlerFunc(s.serve),
			ReadHeaderTimeout: s.limits.HeaderTime,
			// Ends the wait for a body that net/http drains where it answers by itself, as it does an unknown Expect. It does not
			// hurt others: net/http lifts it where no body is left to be read, and body sets a deadline of its own.
			ReadTimeout:                  s.limits.HeaderTime + drainTime,
			IdleTimeout:                  s.limits.IdleTime,
			MaxHeaderBytes:               s.limits.Header,
			DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
			Protocols:                    protocols,
			HTTP2:                        s.limits.http2(),
			ErrorLog:                     log.New(complaints{s.log}, "", 0),
		}
	})
}

// Serve accepts connections on l until Shutdown, after which it returns nil, or until accepting fails. It closes l.
func (s *Server) Serve(l net.Listener) error {
	s.init()
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown drains: it closes all listeners and idle connections at once and waits for transactions under way, upgraded
// connections among them. What is not over when ctx is done is cut, and the error is that of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.init()
	err := s.http.Shutdown(ctx)
	if err == nil {
		err = s.tunnels.wait(ctx)
	}
	if err != nil {
		s.http.Close()
		s.tunnels.cut()
	}
	return err
}

// Panics returns how many handlers panicked.
func (s *Server) Panics() int64 { return s.panics.Load() }
