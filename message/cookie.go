package message

import (
	"iter"
	"strings"
)

// Cookies yields the names and values of the cookies in all Cookie lines, in order, as they stand (RFC 6265 section 4.2.1). One
// without "=" is a name with an empty value, as most applications read it. It allocates nothing.
func Cookies(h Header) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for line := range h.Values("Cookie") {
			for line != "" {
				var pair string
				if pair, line = nextCookie(line); pair == "" {
					continue
				}
				name, value := splitCookie(pair)
				if !yield(name, value) {
					return
				}
			}
		}
	}
}

func nextCookie(line string) (pair, rest string) {
	pair, rest, _ = strings.Cut(line, ";")
	return trim(pair), rest
}

func splitCookie(pair string) (name, value string) {
	name, value, _ = strings.Cut(pair, "=")
	return trim(name), trim(value)
}

// FilterCookies removes the cookies for whose names keep does not hold, and lines of which none is left. Lines that lose nothing stay
// as they are, to the byte. It allocates only for a line that keeps cookies on both sides of one it loses; for such a line keep
// is asked again.
func FilterCookies(h *Header, keep func(name string) bool) {
	for i := range *h {
		if f := &(*h)[i]; EqualFold(f.Name, "Cookie") {
			f.Value = filterCookieLine(f.Value, keep)
		}
	}
	h.DelFunc(func(f Field) bool { return f.Value == "" && EqualFold(f.Name, "Cookie") })
}

// filterCookieLine returns line without what is not kept: a part of it as long as what is kept stands together, else a copy.
func filterCookieLine(line string, keep func(name string) bool) string {
	start, end, lost := -1, 0, false // what is kept so far is line[start:end]
	for at := 0; at < len(line); {
		pair, rest := nextCookie(line[at:])
		next := len(line) - len(rest)
		name, _ := splitCookie(pair)
		switch {
		case pair == "":
		case !keep(name):
			lost = true
		case start < 0:
			start, end = at, next
		case lost && end < at:
			return joinCookies(line, keep)
		default:
			end = next
		}
		at = next
	}
	switch {
	case !lost:
		return line
	case start < 0:
		return ""
	}
	return trim(strings.TrimSuffix(line[start:end], ";"))
}

func joinCookies(line string, keep func(name string) bool) string {
	var b strings.Builder
	b.Grow(len(line))
	for line != "" {
		var pair string
		pair, line = nextCookie(line)
		name, _ := splitCookie(pair)
		if pair == "" || !keep(name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(pair)
	}
	return b.String()
}
