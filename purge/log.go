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

	mu     sync.RWMutex       // protects what follows, and the order in which number grows
	byURL  map[string][]entry // by primary key, in order
	oldest uint64             // all entries up to this number are gone
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byURL == nil {
		l.byURL = make(map[string][]entry)
	}
	n := l.number.Load() + 1
	l.byURL[primary] = append(l.byURL[primary], entry{number: n, soft: soft, at: at})
	l.number.Store(n)
	return n
}

// Judge says what the entries after a number say of a subject: which hard one hit it first, and when a soft one hit it last.
func (l *Log) Judge(s storage.Subject, after uint64) storage.Judgement {
	l.mu.RLock()
	defer l.mu.RUnlock()
	j := storage.Judgement{Upto: l.number.Load()}
	for _, e := range l.byURL[s.Primary] {
		switch {
		case e.number <= after:
		case e.soft:
			j.Soft = e.at
		case j.Hard == 0:
			j.Hard = e.number
		}
	}
	return j
}

// Trim forgets the entries up to a number: every object under their URLs has been swept, and every fetch under way is newer.
func (l *Log) Trim(upto uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if upto <= l.oldest {
		return
	}
	l.oldest = upto
	for primary, entries := range l.byURL {
		kept := entries[:0]
		for _, e := range entries {
			if e.number > upto {
				kept = append(kept, e)
			}
		}
		if len(kept) == 0 {
			delete(l.byURL, primary)
		} else {
			l.byURL[primary] = kept
		}
	}
}

// Len returns how many entries the log holds.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := 0
	for _, entries := range l.byURL {
		n += len(entries)
	}
	return n
}
