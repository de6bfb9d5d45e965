package proxy

import (
	"context"
	crand "crypto/rand"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"lacquer/purge"
	"lacquer/storage"
)

// Name is how Lacquer calls itself in Via, Cache-Status and CDN-Loop.
const Name = "lacquer"

// Options say what a server works with.
type Options struct {
	Store  *storage.Store
	Purges *purge.Log // the store's
	Site   *Site      // in force until Swap
	Log    *slog.Logger
	Now    func() time.Time // time.Now if nil
}

// Server leads requests. It is safe for concurrent use.
type Server struct {
	store    *storage.Store
	purges   *purge.Log
	purger   *purge.Purger
	site     atomic.Pointer[Site]
	hooks    hooks
	id       string // of this very server, for CDN-Loop
	log      *slog.Logger
	failures calm // of the origin
	now      func() time.Time
	draw     func() float64 // a number from 0 to 1, for chances

	heads singleflight.Group // head phases of fetches, by the ID of their flight

	life   context.Context // of all fetches
	stop   context.CancelFunc
	mu     sync.Mutex     // protects closed
	closed bool           // nothing begins any more
	work   sync.WaitGroup // fetches, which may outlive their requests
}

// New returns a server. Close ends what it does behind the requests.
func New(o Options) *Server {
	s := &Server{
		store:  o.Store,
		purges: o.Purges,
		log:    o.Log,
		now:    o.Now,
		draw:   rand.Float64,
	}
	s.id = strings.ToLower(crand.Text()[:12])
	s.Swap(o.Site)
	if s.now == nil {
		s.now = time.Now
	}
	s.hooks.log, s.hooks.now = s.log, s.now
	s.purger = purge.NewPurger(o.Purges, o.Store, s.now)
	s.life, s.stop = context.WithCancel(context.Background())
	return s
}

// Purger returns what purges the server's store.
func (s *Server) Purger() *purge.Purger { return s.purger }

// Close cancels fetches that are still under way and waits for their ends. No request may be under way.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
}

// enter counts a fetch in, unless the server is closed. Whoever gets true calls s.work.Done at its end.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}
