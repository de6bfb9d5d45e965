package admin

import (
	"time"

	"lacquer/policy"
	"lacquer/proxy"
)

// totals are the sums of all shards at one moment.
type totals struct {
	results   [proxy.Results]int64
	classes   [6]int64
	misses    [maxReasons]int64
	passes    [maxReasons]int64
	stale     [maxReasons]int64
	failures  [maxReasons]int64
	notStored [maxReasons]int64
	purges    int64
	collapsed int64
	sent      int64
	saved     time.Duration
	took      distribution
	origin    distribution
}

// distribution is a histogram at one moment.
type distribution struct {
	buckets [len(bounds) + 1]int64
	sum     time.Duration
}

func (d *distribution) add(h *histogram) {
	for i := range h.buckets {
		d.buckets[i] += h.buckets[i].Load()
	}
	d.sum += time.Duration(h.sum.Load())
}

func (d *distribution) count() (n int64) {
	for _, b := range d.buckets {
		n += b
	}
	return n
}

// totals adds up.
func (m *Metrics) totals() *totals {
	t := new(totals)
	for i := range m.shards {
		s := &m.shards[i]
		for r := range s.results {
			t.results[r] += s.results[r].Load()
		}
		for c := range s.classes {
			t.classes[c] += s.classes[c].Load()
		}
		for r := range maxReasons {
			t.misses[r] += s.misses[r].Load()
			t.passes[r] += s.passes[r].Load()
			t.stale[r] += s.stale[r].Load()
			t.failures[r] += s.failures[r].Load()
			t.notStored[r] += s.notStored[r].Load()
		}
		t.purges += s.purges.Load()
		t.collapsed += s.collapsed.Load()
		t.sent += s.sent.Load()
		t.saved += time.Duration(s.saved.Load())
		t.took.add(&s.took)
		t.origin.add(&s.origin)
	}
	return t
}

func (t *totals) requests() (n int64) {
	for _, r := range t.results {
		n += r
	}
	return n
}

// byReason calls visit for each reason that was counted.
func byReason(counts *[maxReasons]int64, visit func(reason string, count int64)) {
	for r, n := range counts {
		if n > 0 {
			name := policy.Reason(r).String()
			if name == "" {
				name = "none"
			}
			visit(name, n)
		}
	}
}
