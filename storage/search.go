package storage

import (
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
	deaf   time.Time // until then the path has the zero Search, whatever is said
}

// Search returns which parts of the query do not count under a path, which begins with the authority. It takes no lock.
func (s *Store) Search(path string) policy.Search {
	if !s.searches.some.Load() {
		return policy.Search{}
	}
	l, _ := s.searches.paths.Load(path)
	return l.search
}

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
		m.paths.Store(strings.Clone(path), learned{search: said})
		m.some.Store(true)
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
