package edge

import "unsafe"

const (
	// inputSize is what is read at once: a browser's head many times over.
	inputSize = 16 << 10
	// bodyRoom is the least that is worth a read of a body in chunks.
	bodyRoom = 4 << 10
)

// input holds the bytes of a connection that were read and not used yet.
type input struct {
	room       []byte
	start, end int // of the bytes that are unread
	kept       int // below it lies the head of the request on its way, whose strings are views of it
}

func (in *input) unread() []byte { return in.room[in.start:in.end] }

func (in *input) empty() bool { return in.start == in.end }

func (in *input) consume(n int) { in.start += n }

// keep protects what was consumed so far from being overwritten, until release.
func (in *input) keep() { in.kept = in.start }

func (in *input) release() { in.kept = 0 }

// tail returns the room behind the unread bytes, which may be none.
func (in *input) tail() []byte {
	if in.empty() {
		in.start, in.end = in.kept, in.kept
	}
	return in.room[in.end:]
}

// grow makes room where the tail is shorter than least: by moving the unread bytes to the front, or else in a new buffer, twice as
// large. Views of the old one stay valid, as nobody uses it again.
func (in *input) grow(least int) {
	if len(in.tail()) >= least {
		return
	}
	unread := in.unread()
	if in.kept > 0 || len(in.room)-len(unread) < least {
		in.room = make([]byte, max(2*len(unread), len(unread)+least, inputSize))
		in.kept = 0
	}
	in.start, in.end = 0, copy(in.room, unread)
}

// view returns a string that shares the memory of b, as the strings of a head that was parsed in place do: it is valid while those
// are.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
