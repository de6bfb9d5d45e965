package edge

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
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
	IdleTime   time.Duration // between two requests on a connection; default 75 s, overrun by at most a quarter
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

// Server serves HTTP/1 on any number of listeners, and HTTP/2 on those that Secure made. Its fields are set before the first Serve and not changed after.
type Server struct {
	Handler Handler
	Trusted []netip.Prefix // proxies whose forwarding fields and request ids are believed
	Limits  Limits
	Log     *slog.Logger // nil discards
	Access  func(*Entry) // called when a transaction is over, on its goroutine; may be nil. See Entry for how long its strings are valid

	// What is answered before the Handler is asked. Each may be nil, and is called from many goroutines. A host is in lower case,
	// without port, brackets and final dot.
	Covers    func(host string) bool                           // whether there is a certificate for a host; nil stands for all
	Challenge func(host, path string) (answer string, ok bool) // what a certificate authority wants to read there
	Secured   func(host string) (authority string, ok bool)    // where requests by http for a host are to go by https

	once   sync.Once // makes what follows
	limits Limits
	log    *slog.Logger
	second second // what serves HTTP/2

	draining    atomic.Bool // Shutdown has begun
	listeners   openSet[net.Listener]
	connections openSet[*connection]
	tunnels     openSet[*tunnel]
	panics      atomic.Int64
}

func (s *Server) init() {
	s.once.Do(func() {
		s.limits = s.Limits.withDefaults()
		if s.log = s.Log; s.log == nil {
			s.log = slog.New(slog.DiscardHandler)
		}
		s.second.init(s)
	})
}

// Serve accepts connections on l until Shutdown, after which it returns nil, or until accepting fails. It closes l.
func (s *Server) Serve(l net.Listener) error {
	s.init()
	l = &onceListener{Listener: l}
	defer l.Close()
	if !s.listeners.add(l) {
		return nil
	}
	defer s.listeners.remove(l)
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			s.welcome(conn)
		case s.draining.Load():
			return nil
		case !passing(err):
			return err
		default:
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.log.Warn("connections cannot be accepted for the moment", "address", l.Addr().String(), "error", err, "pause", pause)
			time.Sleep(pause)
		}
	}
}

// welcome begins to serve a connection.
func (s *Server) welcome(conn net.Conn) {
	c := &connection{server: s, conn: conn}
	if !s.connections.add(c) {
		conn.Close()
		return
	}
	if s.draining.Load() { // Shutdown may have missed it
		c.closeIdle()
	}
	go c.serve()
}

// passing reports whether accepting may work again after a while: what is missing now, others will give back.
func passing(err error) bool {
	for _, passing := range []error{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.ECONNRESET, os.ErrDeadlineExceeded,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// onceListener is a listener that can be closed twice: by Serve, and by Shutdown.
type onceListener struct {
	net.Listener
	once sync.Once
	err  error
}

func (l *onceListener) Close() error {
	l.once.Do(func() { l.err = l.Listener.Close() })
	return l.err
}

// Shutdown drains: it closes all listeners and idle connections at once and waits for transactions under way, upgraded
// connections among them. What is not over when ctx is done is cut, and the error is that of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.init()
	s.draining.Store(true)
	s.listeners.cut()
	for _, c := range s.connections.all() {
		c.closeIdle()
	}
	second := make(chan error, 1)
	go func() { second <- s.second.shutdown(ctx) }()
	err := s.connections.wait(ctx)
	if err == nil {
		err = s.tunnels.wait(ctx)
	}
	if err = cmp.Or(err, <-second); err != nil {
		s.connections.cut()
		s.second.close()
		s.tunnels.cut()
	}
	return err
}

// Panics returns how many handlers panicked.
func (s *Server) Panics() int64 { return s.panics.Load() }
