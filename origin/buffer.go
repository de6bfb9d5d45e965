package origin

import (
	"io"
	"sync"

	"lacquer/message"
)

// bufferSize is the room for a head that is sent, and then for what is read: heads of real sites and small bodies fit.
const bufferSize = 16 << 10

// buffer is the room in which an exchange prints what it sends and reads what comes. It belongs to one exchange at a time; an
// idle connection has none.
type buffer struct {
	bytes      []byte         // as long as it is large
	start, end int            // bytes[start:end] came and was not used yet
	fields     message.Header // room for those of a head
}

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, bufferSize)} }}

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// free gives the buffer back. No view of it may be used any more.
func (b *buffer) free() {
	if len(b.bytes) > bufferSize {
		return // grown for one large head
	}
	clear(b.fields)
	b.start, b.end = 0, 0
	buffers.Put(b)
}

// unread returns what came and was not used yet. It is valid until the next fill.
func (b *buffer) unread() []byte { return b.bytes[b.start:b.end] }

// use marks the first n unread bytes as used.
func (b *buffer) use(n int) { b.start += n }

// fill reads once from r behind the unread bytes. It moves them to the front, or takes a larger buffer, where there is no room; its
// caller sees to it that unread bytes do not grow without end.
func (b *buffer) fill(r io.Reader) (int, error) {
	switch {
	case b.start == b.end:
		b.start, b.end = 0, 0
	case b.end < len(b.bytes):
	case b.start > 0:
		b.end = copy(b.bytes, b.unread())
		b.start = 0
	default:
		larger := make([]byte, 2*len(b.bytes))
		copy(larger, b.bytes)
		b.bytes = larger
	}
	n, err := r.Read(b.bytes[b.end:])
	b.end += n
	return n, err
}
