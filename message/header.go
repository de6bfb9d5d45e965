package message

import (
	"iter"
	"slices"
	"strings"
)

// Field is one field line of a head: a name as it was received and its value without surrounding white space.
type Field struct {
	Name, Value string
}

// Header is the field section of a head, in the order in which the lines came (RFC 9110 section 5). Names compare without
// regard to case. The zero value is an empty section. A Header that was parsed in place is valid as long as its buffer is; Clone
// makes one that lasts. It is not safe for concurrent writes.
type Header []Field

// Get returns the value of the first line called name, "" if there is none.
func (h Header) Get(name string) string {
	for i := range h {
		if EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has reports whether a line called name is present, however empty its value.
func (h Header) Has(name string) bool {
	for i := range h {
		if EqualFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Values yields the values of all lines called name, in order.
func (h Header) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h {
			if EqualFold(h[i].Name, name) && !yield(h[i].Value) {
				return
			}
		}
	}
}

// Joined returns the values of all lines called name as one, separated by a comma and a space (RFC 9110 section 5.3). It
// allocates only where there are several lines.
func (h Header) Joined(name string) string {
	first, count := "", 0
	var b strings.Builder
	for v := range h.Values(name) {
		switch count {
		case 0:
			first = v
		case 1:
			b.WriteString(first)
			fallthrough
		default:
			b.WriteString(", ")
			b.WriteString(v)
		}
		count++
	}
	if count < 2 {
		return first
	}
	return b.String()
}

// Add appends a line.
func (h *Header) Add(name, value string) { *h = append(*h, Field{name, value}) }

// Set gives the first line called name this value and removes the others; without one it appends.
func (h *Header) Set(name, value string) {
	for i := range *h {
		if EqualFold((*h)[i].Name, name) {
			(*h)[i].Value = value
			rest := (*h)[i+1:]
			rest.Del(name)
			*h = (*h)[:i+1+len(rest)]
			return
		}
	}
	h.Add(name, value)
}

// Del removes every line called name.
func (h *Header) Del(name string) {
	h.DelFunc(func(f Field) bool { return EqualFold(f.Name, name) })
}

// DelAny removes every line that has one of the names.
func (h *Header) DelAny(names ...string) {
	h.DelFunc(func(f Field) bool { return isOneOf(f.Name, names) })
}

// DelFunc removes every line for which drop holds.
func (h *Header) DelFunc(drop func(Field) bool) { *h = slices.DeleteFunc(*h, drop) }

// Clone returns a copy that shares no memory with h. All its text lies in one string.
func (h Header) Clone() Header {
	if h == nil {
		return nil
	}
	size := 0
	for _, f := range h {
		size += len(f.Name) + len(f.Value)
	}
	var b strings.Builder
	b.Grow(size)
	for _, f := range h {
		b.WriteString(f.Name)
		b.WriteString(f.Value)
	}
	text, at := b.String(), 0
	take := func(n int) string { at += n; return text[at-n : at] }
	c := make(Header, len(h))
	for i, f := range h {
		c[i] = Field{take(len(f.Name)), take(len(f.Value))}
	}
	return c
}

// Size returns the bytes that h takes when it is printed: names, values, and four for each line's colon, space and line end.
func (h Header) Size() int {
	n := 0
	for _, f := range h {
		n += len(f.Name) + len(f.Value) + 4
	}
	return n
}

// EqualFold reports whether two field names or tokens are the same but for the case of ASCII letters. Other bytes compare as
// they are: no Unicode folding, by which K (U+212A) would be a k.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
