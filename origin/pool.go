package origin

import (
	"sync"
	"time"
)

// pool keeps connections that nobody uses. The one that came last is taken first, so that the others grow old and are closed. Its
// zero value is empty and ready; it is safe for concurrent use.
type pool struct {
	mu    sync.Mutex // protects what follows
	idle  []*connection
	sweep *time.Timer // closes what has been idle for too long; runs while there is any
	shut  bool        // connections are not kept until one is asked for again
}

// take returns the connection that was used last, nil if there is none.
func (p *pool) take() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut = false
	last := len(p.idle) - 1
	if last < 0 {
		return nil
	}
	c := p.idle[last]
	p.idle[last] = nil
	p.idle = p.idle[:last]
	return c
}

// put keeps a connection, or closes it where there are enough.
func (p *pool) put(c *connection) {
	if !p.keep(c) {
		c.Close()
	}
}

func (p *pool) keep(c *connection) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut || len(p.idle) >= maxIdle {
		return false
	}
	c.idleSince = time.Now()
	p.idle = append(p.idle, c)
	if p.sweep == nil {
		p.sweep = time.AfterFunc(idleTime, p.closeOld)
	} else if len(p.idle) == 1 {
		p.sweep.Reset(idleTime)
	}
	return true
}

// closeOld closes what has been idle for its time, and comes back for the next.
func (p *pool) closeOld() {
	p.mu.Lock()
	now, old := time.Now(), 0
	for old < len(p.idle) && now.Sub(p.idle[old].idleSince) >= idleTime { // the oldest stand first
		old++
	}
	gone := append([]*connection(nil), p.idle[:old]...)
	kept := copy(p.idle, p.idle[old:])
	clear(p.idle[kept:])
	p.idle = p.idle[:kept]
	if kept > 0 {
		p.sweep.Reset(idleTime - now.Sub(p.idle[0].idleSince))
	}
	p.mu.Unlock()
	closeAll(gone)
}

// close closes all that is idle. What comes back before a connection is asked for again is closed, too.
func (p *pool) close() {
	p.mu.Lock()
	gone := p.idle
	p.idle, p.shut = nil, true
	if p.sweep != nil {
		p.sweep.Stop()
	}
	p.mu.Unlock()
	closeAll(gone)
}

func closeAll(connections []*connection) {
	for _, c := range connections {
		c.Close()
	}
}
