package storage

import (
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"lacquer/policy"
)

const (
	// maxSearches is how many paths it is remembered of which parts of their queries count.
	maxSearches = 10_000

	// longestPath is how many bytes such a path may have, with its authority.
	longestPath = 1 << 10

	// quarrelTime is how long nothing is believed of a path whose answers contradict one another.
	quarrelTime = 10 * time.Minute
)

// searches remembers what the answers under a path have said of its query (No-Vary-Search), as it must be known before the key of the next request
// is. It is safe for concurrent use.
type searches struct {
	some  atomic.Bool // something was learned: until then it costs no more than this
	paths *xsync.Map[string, learned]
	mu    sync.Mutex // held over a change
	upto  uint64     // number of the log of purges up to which it was looked for one of everything; used by the sweeper alone
}

// learned is the last word on a path.
type learned struct {
	search policy.Search
	since  uint64    // number of the log of purges when that was learned: of older purges, those of equivalent URLs are not known to have hit what they should
	deaf   time.Time // until then the path has the zero Search, whatever is said
}

// Search returns which parts of the query do not count under a path, which begins with the authority, and where the log of purges stood when that was
// learned. It takes no lock.
func (s *Store) Search(path string) (search policy.Search, since uint64) {
	if !s.searches.some.Load() {
		return policy.Search{}, 0
	}
	l, _ := s.searches.paths.Load(path)
	return l.search, l.since
}

// stands reports whether an object may stand for all URLs that are looked up by its key: it says so itself, and every purge of one of them since its fetch
// began was one of its key, too. Where the whole query counts there is but one URL.
func (q *Query) stands(o *Object) bool {
	return q.Search == (policy.Search{}) || o.search == q.Search && o.started >= q.Since
}

// Accepts reports whether an object may be used for the request: the values that Vary names agree, and so does what counts of the query.
func (q *Query) Accepts(o *Object) bool { return o.Matches(q.Request.Header) && q.stands(o) }

// LearnSearch takes down what an answer under a path has said. An answer that contradicts the one by which its request was looked up shows that the path
// has no rule of its own: for ten minutes the whole query counts.
func (s *Store) LearnSearch(path string, said policy.Search, now time.Time) {
	m := &s.searches
	if len(path) > longestPath || !m.some.Load() && said == (policy.Search{}) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	was, known := m.paths.Load(path)
	switch {
	case now.Before(was.deaf):
	case was.search == said:
		if said == (policy.Search{}) {
			m.paths.Delete(path) // the quarrel is over
		}
	case was.search != policy.Search{}:
		m.paths.Store(path, learned{deaf: now.Add(quarrelTime)})
	default:
		if !known && m.paths.Size() >= maxSearches {
			m.dropAny()
		}
		path = strings.Clone(path)
		m.paths.Store(path, learned{search: said, since: math.MaxUint64})
		m.some.Store(true)
		m.paths.Store(path, learned{search: said, since: s.purges.Number()}) // a purge that has not seen what was learned is counted
	}
}

// dropAny forgets one path. mu is held.
func (m *searches) dropAny() {
	m.paths.Range(func(path string, _ learned) bool {
		m.paths.Delete(path)
		return false
	})
}

// sweep forgets all paths if everything was purged since the last time: an entry of the log that hits what has neither URL nor tags is one of everything.
func (m *searches) sweep(purges Purges) {
	j := purges.Judge(Subject{}, m.upto)
	m.upto = j.Upto
	if j.Hard == 0 && j.Soft.IsZero() || !m.some.Load() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paths.Clear()
	m.some.Store(false)
}
