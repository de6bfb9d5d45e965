package proxy

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// calmTime is how often a fact that may befall every request is logged.
const calmTime = time.Second

// calm logs a fact now and then and counts it in between: an origin that is down must not fill the disk with lines. Its zero value is ready; it
// is safe for concurrent use.
type calm struct {
	mu    sync.Mutex // protects what follows
	last  time.Time
	quiet int
}

// warn logs a warning, or counts it if there was one a moment ago.
func (c *calm) warn(log *slog.Logger, now time.Time, what string, details ...any) {
	c.mu.Lock()
	if now.Sub(c.last) < calmTime {
		c.quiet++
		c.mu.Unlock()
		return
	}
	quiet := c.quiet
	c.last, c.quiet = now, 0
	c.mu.Unlock()
	if quiet > 0 {
		details = append(details, "more_since_last", quiet)
	}
	log.Warn(what, details...)
}

// report logs a fault of ours.
func (s *Server) report(where string, fault any) {
	s.log.Error("fault", "where", where, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
}
