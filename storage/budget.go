package storage

import "sync/atomic"

// budget counts bytes that are held outside the keeper's accounts. A store has two: one of bodies under way and of objects that left the table while
// somebody reads them, one of marks. It is safe for concurrent use.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take charges n bytes if they fit.
func (b *budget) take(n int64) bool {
	if b.used.Add(n) <= b.limit {
		return true
	}
	b.used.Add(-n)
	return false
}

// force charges n bytes that are held whether they fit or not.
func (b *budget) force(n int64) { b.used.Add(n) }

// release gives n bytes back.
func (b *budget) release(n int64) { b.used.Add(-n) }

// strained reports whether the budget is used up.
func (b *budget) strained() bool { return b.used.Load() >= b.limit }
