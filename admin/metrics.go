package admin

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"lacquer/edge"
	"lacquer/policy"
	"lacquer/proxy"
)

const (
	shards     = 16 // so that processors seldom meet in the same one
	maxReasons = 96 // more than there are
)

// Who asked for a purge.
const (
	ByAPI      = "api"
	ByListener = "listener" // PURGE on a listener of the site
)

// Metrics counts. The zero value is ready; it is safe for concurrent use. Counting a hit takes a few additions and no lock.
type Metrics struct {
	shards [shards]shard

	purgesByURL, purgesByTag, purgesOfAll atomic.Int64 // by the API
	reloads, failedReloads                atomic.Int64
}

// shard is one part of the counts; a count is the sum of all parts.
type shard struct {
	results   [proxy.Results]atomic.Int64
	classes   [6]atomic.Int64 // of statuses, by their first digit; 0 for none
	misses    reasonCounts
	passes    reasonCounts
	stale     reasonCounts
	failures  reasonCounts
	notStored reasonCounts
	purges    atomic.Int64 // by PURGE, answered with success
	collapsed atomic.Int64
	sent      atomic.Int64 // bytes
	saved     atomic.Int64 // nanoseconds
	took      histogram
	origin    histogram
	_         [64]byte // the next one begins on a line of its own
}

type reasonCounts [maxReasons]atomic.Int64

func (c *reasonCounts) add(r policy.Reason) {
	if int(r) < maxReasons {
		c[r].Add(1)
	}
}

// Observe counts a transaction that is over.
func (m *Metrics) Observe(e *edge.Entry) {
	s := &m.shards[rand.Uint32()%shards]
	r := &e.Record
	s.results[r.Result].Add(1)
	class := e.Status / 100
	if class > 5 || class < 0 {
		class = 0
	}
	s.classes[class].Add(1)
	s.sent.Add(e.Bytes)
	s.took.add(e.Duration)
	switch r.Result {
	case proxy.ResultHit:
		s.saved.Add(int64(r.Saved))
		return
	case proxy.ResultStale:
		s.stale.add(r.Why)
		s.saved.Add(int64(r.Saved))
	case proxy.ResultMiss:
		s.misses.add(r.Why)
	case proxy.ResultPass:
		s.passes.add(r.Why)
	case proxy.ResultError:
		s.failures.add(failureOf(r))
	case proxy.ResultPurge:
		if class == 2 {
			s.purges.Add(1)
		}
	}
	if r.Result == proxy.ResultMiss && r.Detail != policy.None {
		s.notStored.add(r.Detail)
	}
	switch {
	case r.Collapsed:
		s.collapsed.Add(1)
		s.saved.Add(int64(r.Saved))
	case r.Waited > 0:
		s.origin.add(r.Waited)
	}
}

// failureOf says how a transaction failed; what was refused before it began has no reason of its own.
func failureOf(r *proxy.Record) policy.Reason {
	if r.Detail != policy.None {
		return r.Detail
	}
	return policy.Refused
}

// Purged counts a purge that came by the API.
func (m *Metrics) Purged(kind, by string) {
	if by != ByAPI {
		panic("BUG: purges by " + by + " are counted as transactions")
	}
	switch kind {
	case KindURL:
		m.purgesByURL.Add(1)
	case KindTag:
		m.purgesByTag.Add(1)
	default:
		m.purgesOfAll.Add(1)
	}
}

// Reloaded counts a reload, whoever asked for it.
func (m *Metrics) Reloaded(well bool) {
	if well {
		m.reloads.Add(1)
	} else {
		m.failedReloads.Add(1)
	}
}

// bounds are the upper bounds of histograms, in seconds: from a hit to a page that nobody waits for.
var bounds = [...]float64{0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30}

// histogram counts durations by bucket.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Int64 // the last is of what is longer than all bounds
	sum     atomic.Int64                  // nanoseconds
}

func (h *histogram) add(d time.Duration) {
	seconds, i := d.Seconds(), 0
	for i < len(bounds) && seconds > bounds[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.sum.Add(int64(d))
}
