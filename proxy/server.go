package proxy

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"lacquer/origin"
	"lacquer/policy"
	"lacquer/purge"
	"lacquer/storage"
)

// Name is how Lacquer calls itself in Via, Cache-Status and CDN-Loop.
const Name = "lacquer"

// Options say what a server works with.
type Options struct {
	Store    *storage.Store
	Purges   *purge.Log // the store's
	Origin   origin.Fetcher
	Backend  string // name of Origin, for the access log
	Settings policy.Settings

	PurgeAllow    []netip.Prefix // who may purge
	PurgeExplicit bool           // PurgeAllow was written by the user: a proxy in front on the same machine is meant
	Log           *slog.Logger
	Now           func() time.Time // time.Now if nil
}

// Server leads requests. It is safe for concurrent use.
type Server struct {
	store    *storage.Store
	purges   *purge.Log
	purger   *purge.Purger
	origin   origin.Fetcher
	backend  string
	settings policy.Settings
	access   access
	log      *slog.Logger
	failures calm // of the origin
	now      func() time.Time

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
		store:    o.Store,
		purges:   o.Purges,
		origin:   o.Origin,
		backend:  o.Backend,
		settings: o.Settings,
		access:   access{allow: o.PurgeAllow, explicit: o.PurgeExplicit},
		log:      o.Log,
		now:      o.Now,
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.purger = purge.NewPurger(o.Purges, o.Store, s.now)
	s.life, s.stop = context.WithCancel(context.Background())
	return s
}

// Close cancels fetches that are still under way and waits for their ends. No request may be under way.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
}

// begin counts a fetch in, unless the server is closed. Whoever gets true calls s.work.Done at its end.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}
