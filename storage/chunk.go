package storage

import "lacquer/message"

// chunk is a piece of a body. Chunks lie in a chain in the order of their bytes; the first of a chain is empty and says where the chain begins. In the
// chain of a body with holes the next chunk may begin behind the end of the one before it, never ahead of it.
type chunk struct {
	start int64 // offset of its first byte
	buf   []byte
	next  *chunk
}

// end returns the offset behind the last byte.
func (c *chunk) end() int64 { return c.start + int64(len(c.buf)) }

// at returns the chunk that holds a byte, in c or behind it, nil if none does.
func (c *chunk) at(offset int64) *chunk {
	for ; c != nil; c = c.next {
		if offset < c.start {
			return nil
		}
		if offset < c.end() {
			return c
		}
	}
	return nil
}

// join returns a new chain of all bytes of two chains, each once, of which neither changes any more. Nothing is copied: its chunks are views of theirs. Where
// both have a byte it does not matter whose is taken, as they are of one representation (RFC 9111 section 3.4).
func join(a, b *chunk) *chunk {
	first := new(chunk)
	last, upto := first, int64(0)
	take := func(c *chunk, end int64) {
		from := max(c.start, upto)
		if end = min(end, c.end()); from < end {
			last.next = &chunk{start: from, buf: c.buf[from-c.start : end-c.start]}
			last, upto = last.next, end
		}
	}
	for ; a != nil; a = a.next {
		if len(a.buf) == 0 {
			continue
		}
		for ; b != nil; b = b.next {
			if take(b, a.start); b.end() > a.start {
				break
			}
		}
		take(a, a.end())
	}
	for ; b != nil; b = b.next {
		take(b, b.end())
	}
	return first
}

// spans are ranges of a body in order, with a hole between each two.
type spans []message.ByteRange

// spansOf returns the ranges that a chain has.
func spansOf(c *chunk) spans {
	var s spans
	for ; c != nil; c = c.next {
		switch last := len(s) - 1; {
		case len(c.buf) == 0:
		case last >= 0 && s[last].Last+1 == c.start:
			s[last].Last = c.end() - 1
		default:
			s = append(s, message.ByteRange{First: c.start, Last: c.end() - 1})
		}
	}
	return s
}

// with returns s and r, as new spans.
func (s spans) with(r message.ByteRange) spans {
	sum := make(spans, 0, len(s)+1)
	for _, t := range s {
		switch {
		case t.Last+1 < r.First:
			sum = append(sum, t)
		case r.Last+1 < t.First:
			sum = append(sum, r)
			r = t
		default:
			r = message.ByteRange{First: min(r.First, t.First), Last: max(r.Last, t.Last)}
		}
	}
	return append(sum, r)
}

// bytes returns how many bytes lie in s.
func (s spans) bytes() (n int64) {
	for _, r := range s {
		n += r.Length()
	}
	return n
}

// without returns the smallest range that holds all bytes of r that s lacks. It reports whether there are any.
func (s spans) without(r message.ByteRange) (message.ByteRange, bool) {
	for _, t := range s {
		if t.First <= r.First {
			r.First = max(r.First, t.Last+1)
		}
		if t.Last >= r.Last {
			r.Last = min(r.Last, t.First-1)
			break
		}
	}
	if r.First > r.Last {
		return message.ByteRange{}, false
	}
	return r, true
}
