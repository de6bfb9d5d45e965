package admin

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	headTime   = 10 * time.Second // for a head to arrive
	idleTime   = 2 * time.Minute  // between two requests of a connection
	answerTime = time.Minute      // for an answer that is no stream; a reload runs the tests of the rules
	maxHead    = 64 << 10         // bytes
	maxBody    = 1 << 20          // bytes
)

// Server answers those who run a Lacquer. Its fields are set before the first Serve and not changed after.
type Server struct {
	House   House
	Token   string   // who shows it may do everything; never empty
	Names   []string // by which it is reached besides addresses and localhost
	Metrics *Metrics
	Feed    *Feed        // of transactions
	Version string       // of Lacquer
	Log     *slog.Logger // nil discards

	sessions sessions
	once     onceLinks
	http     *http.Server
	end      context.CancelFunc
}

// Init makes the server ready; it is called once, before anything else.
func (s *Server) Init() {
	if s.Token == "" {
		panic("BUG: an administration without a token")
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	life, end := context.WithCancel(context.Background())
	s.end = end
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return life },
	}
}

// Serve accepts connections on l until Shutdown, after which it returns nil, or until accepting fails. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown ends streams, and waits for other answers that are under way until ctx is done; then it cuts them.
func (s *Server) Shutdown(ctx context.Context) error {
	s.end()
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	return err
}

// ServeHTTP answers one request: whoever it is, it has to get past the guard.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	route, refusal := s.guard(r)
	if refusal != nil {
		refuse(w, refusal)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if !route.stream {
		deadline := time.Now().Add(answerTime)
		control := http.NewResponseController(w)
		// A writer that has no deadlines is one of a test.
		_ = control.SetReadDeadline(deadline)
		_ = control.SetWriteDeadline(deadline)
	}
	if err := route.serve(s, w, r); err != nil {
		refuse(w, refusalOf(err))
	}
}

// secure sets what every answer carries: it is nobody's to keep, to frame or to guess at, and its address, which may hold the code of a
// one-time link, is nobody's to learn.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}
