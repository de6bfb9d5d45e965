package purge

import (
	"sync"
	"sync/atomic"
	"time"

	"lacquer/storage"
)

// trimEvery is how many entries the log may gather before it is asked which can go.
const trimEvery = 64

// Purger makes purges certain: it writes the log, which binds everything from then on, and sweeps the store, which frees memory. It is
// safe for concurrent use.
type Purger struct {
	log   *Log
	store *storage.Store
	now   func() time.Time
	urls  atomic.Uint64 // purges of URLs so far

	// sweeping is held shared from an entry's number until it has been swept, and alone by Trim: an entry that somebody has still to
	// sweep cannot go.
	sweeping sync.RWMutex
}

// NewPurger returns a purger of what is in store, whose Purges is log.
func NewPurger(log *Log, store *storage.Store, now func() time.Time) *Purger {
	return &Purger{log: log, store: store, now: now}
}

// Result says what a purge did.
type Result struct {
	Number uint64 // in the log
	storage.Swept
}

// URL forgets everything under a primary key: every variant, every scheme. A soft purge keeps it to be served while it is refreshed, as far as
// it may be served stale at all. When it returns, the purge holds.
func (p *Purger) URL(primary string, soft bool) Result {
	r := p.appendAndSweep(primary, soft)
	if p.urls.Add(1)%trimEvery == 0 {
		p.trim()
	}
	return r
}

// Asked forgets everything that was fetched for a URL of which rules had made another. When it returns, the purge holds; what it has hit is freed by and by.
func (p *Purger) Asked(primary string, soft bool) Result {
	return Result{Number: p.log.Asked(primary, soft, p.now())}
}

// Tag forgets everything that has a tag, compared as it stands. When it returns, the purge holds; what it has hit is freed soon after.
func (p *Purger) Tag(tag string, soft bool) Result {
	defer p.store.SweepSoon()
	return Result{Number: p.log.Tag(tag, soft, p.now())}
}

// All forgets everything. When it returns, the purge holds; memory is freed soon after.
func (p *Purger) All(soft bool) Result {
	defer p.store.SweepSoon()
	return Result{Number: p.log.All(soft, p.now())}
}

func (p *Purger) appendAndSweep(primary string, soft bool) Result {
	p.sweeping.RLock()
	defer p.sweeping.RUnlock()
	n := p.log.URL(primary, soft, p.now())
	return Result{Number: n, Swept: p.store.Sweep(primary)}
}

// trim drops what no object and no fetch under way can need.
func (p *Purger) trim() {
	p.sweeping.Lock()
	defer p.sweeping.Unlock()
	p.log.Trim(p.store.Oldest())
}
