package purge

import (
	"sync"
	"sync/atomic"
	"time"

	"lacquer/storage"
)

// Log is the ordered log of purges. It is safe for concurrent use; its zero value is empty and ready.
type Log struct {
	number atomic.Uint64 // of the newest entry

	mu    sync.RWMutex       // protects what follows, and the order in which number grows
	urls  map[string][]entry // by primary key, in order
	asked map[string][]entry // by the primary key of the URL that was asked for, in order
	tags  map[string][]entry // by tag, in order
	all   []entry            // of everything, in order

	forgotten uint64 // up to this entry everything that can be found was checked
}

// entry is one purge.
type entry struct {
	number uint64
	soft   bool
	at     time.Time
}

var _ storage.Purges = (*Log)(nil)

// NewLog returns an empty log.
func NewLog() *Log { return new(Log) }

// Number returns the number of the newest entry, 0 before the first.
func (l *Log) Number() uint64 { return l.number.Load() }

// URL appends a purge of all that is stored under a primary key and returns its number. From its return on, whoever asks is not served from
// anything older.
func (l *Log) URL(primary string, soft bool, at time.Time) uint64 {
	return l.append(func(e entry) { put(&l.urls, primary, e) }, soft, at)
}

// Asked appends a purge of all that was fetched for a URL of which rules had made another.
func (l *Log) Asked(primary string, soft bool, at time.Time) uint64 {
	return l.append(func(e entry) { put(&l.asked, primary, e) }, soft, at)
}

// Tag appends a purge of all that has a tag, compared as it stands.
func (l *Log) Tag(tag string, soft bool, at time.Time) uint64 {
	return l.append(func(e entry) { put(&l.tags, tag, e) }, soft, at)
}

// All appends a purge of everything.
func (l *Log) All(soft bool, at time.Time) uint64 {
	return l.append(func(e entry) { l.all = append(l.all, e) }, soft, at)
}

func (l *Log) append(put func(entry), soft bool, at time.Time) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.number.Load() + 1
	put(entry{number: n, soft: soft, at: at})
	l.number.Store(n)
	return n
}

func put(m *map[string][]entry, name string, e entry) {
	if *m == nil {
		*m = make(map[string][]entry)
	}
	(*m)[name] = append((*m)[name], e)
}

// Judge says what the entries after a number say of a subject: which hard one hit it first, and when a soft one hit it last.
func (l *Log) Judge(s storage.Subject, after uint64) storage.Judgement {
	l.mu.RLock()
	defer l.mu.RUnlock()
	j := storage.Judgement{Upto: l.number.Load()}
	judge(l.all, after, &j)
	judge(l.urls[s.Primary], after, &j)
	if s.Asked != "" {
		judge(l.asked[s.Asked], after, &j)
	}
	for _, tag := range s.Tags {
		judge(l.tags[tag], after, &j)
	}
	if after < l.forgotten {
		// What was not checked up to there has left the table. A look-up that is about to use it got hold of it before that, perhaps after the
		// purge that is forgotten.
		j.Hard = l.forgotten
	}
	return j
}

// judge adds what a run of entries says.
func judge(entries []entry, after uint64, j *storage.Judgement) {
	for _, e := range entries {
		switch {
		case e.number <= after:
		case e.soft:
			if e.at.After(j.Soft) {
				j.Soft = e.at
			}
		case j.Hard == 0 || e.number < j.Hard:
			j.Hard = e.number
		}
	}
}

// Forget lets all entries up to a number go: every object was checked against them, and every fetch under way is newer.
func (l *Log) Forget(upto uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten = max(l.forgotten, upto)
	l.all = after(l.all, upto)
	forget(l.urls, upto)
	forget(l.asked, upto)
	forget(l.tags, upto)
}

// Trim lets purges of URLs up to a number go: what they name has been swept, and every fetch under way is newer.
func (l *Log) Trim(upto uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	forget(l.urls, upto)
}

func forget(m map[string][]entry, upto uint64) {
	for name, entries := range m {
		if kept := after(entries, upto); len(kept) > 0 {
			m[name] = kept
		} else {
			delete(m, name)
		}
	}
}

// after returns the entries behind a number, in place.
func after(entries []entry, upto uint64) []entry {
	kept := entries[:0]
	for _, e := range entries {
		if e.number > upto {
			kept = append(kept, e)
		}
	}
	return kept
}

// Len returns how many entries the log holds.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := len(l.all)
	for _, m := range [...]map[string][]entry{l.urls, l.asked, l.tags} {
		for _, entries := range m {
			n += len(entries)
		}
	}
	return n
}
