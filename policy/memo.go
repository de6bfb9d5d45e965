package policy

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// memo remembers what values of a field come to. There are few of them: each version of a browser always sends the same. It is safe for concurrent use,
// and whoever sends ever new values makes it forget, and nothing else. The zero value is ready.
type memo struct {
	places [256]atomic.Pointer[remembered]
}

// remembered is one value and what it comes to.
type remembered struct{ value, result string }

// longestRemembered bounds the memory that a memo takes.
const longestRemembered = 256

var memoSeed = maphash.MakeSeed()

// of returns what value comes to, by work or from memory. The result shares no memory with value.
func (m *memo) of(value string, work func(string) string) string {
	if len(value) > longestRemembered {
		return work(value)
	}
	place := &m.places[maphash.String(memoSeed, value)%uint64(len(m.places))]
	if r := place.Load(); r != nil && r.value == value {
		return r.result
	}
	kept := strings.Clone(value)
	r := &remembered{kept, work(kept)}
	place.Store(r)
	return r.result
}
