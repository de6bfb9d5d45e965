package message

import (
	"math"
	"strconv"
	"strings"
)

// ByteRange is a range of a body: positions from 0, both ends included, as on the wire.
type ByteRange struct{ First, Last int64 }

// Length returns how many bytes there are in it.
func (r ByteRange) Length() int64 { return r.Last - r.First + 1 }

// RangeOutcome is what a Range field comes to.
type RangeOutcome uint8

// What a Range field comes to (RFC 9110 section 14.2).
const (
	RangeIgnored       RangeOutcome = iota // there is none, or it is not understood: the whole body, with 200
	RangeSatisfiable                       // at least one range overlaps the body: 206
	RangeUnsatisfiable                     // well-formed, but none does: 416
)

// maxRanges is how many ranges one request may ask for. More come from attacks, and are ignored as RFC 9110 section 14.2 allows.
const maxRanges = 64

// ParseRange reads a Range field for a body of size bytes and returns those of its ranges that overlap the body, in the order asked
// for, cut to its end. Of the range units only bytes is understood. One malformed range spoils the field: it is ignored, as
// it is for a body whose size is Unknown, and for an empty one of which the end is asked, since 206 cannot express that.
func ParseRange(value string, size int64) ([]ByteRange, RangeOutcome) {
	unit, list, ok := strings.Cut(value, "=")
	if !ok || !EqualFold(unit, "bytes") || size < 0 {
		return nil, RangeIgnored
	}
	var ranges []ByteRange
	asked := 0
	for list != "" {
		var spec string
		if spec, list = element(list); spec == "" {
			continue
		}
		r, ok := parseRangeSpec(spec, size)
		if asked++; !ok || asked > maxRanges {
			return nil, RangeIgnored
		}
		if r.First < size && r.First <= r.Last {
			ranges = append(ranges, r)
		}
	}
	switch {
	case asked == 0:
		return nil, RangeIgnored
	case len(ranges) == 0:
		return nil, RangeUnsatisfiable
	}
	return ranges, RangeSatisfiable
}

// parseRangeSpec resolves a range for a body of size bytes. What does not overlap the body comes back with First behind it.
func parseRangeSpec(spec string, size int64) (ByteRange, bool) {
	first, last, ok := cutRangeSpec(spec)
	switch {
	case !ok || first == Unknown && size == 0 && last > 0:
		return ByteRange{}, false
	case first == Unknown:
		return ByteRange{First: size - min(last, size), Last: size - 1}, true
	case last == Unknown:
		return ByteRange{First: first, Last: size - 1}, true
	}
	return ByteRange{First: first, Last: min(last, size-1)}, true
}

// cutRangeSpec reads "first-last", "first-", whose last is Unknown, or "-length", whose first is Unknown and whose last is the
// length (RFC 9110 section 14.1.2).
func cutRangeSpec(spec string) (first, last int64, ok bool) {
	from, to, ok := strings.Cut(spec, "-")
	if !ok || from == "" && to == "" {
		return 0, 0, false
	}
	first, last = Unknown, Unknown
	if from != "" {
		if first, ok = position(from); !ok {
			return 0, 0, false
		}
	}
	if to != "" {
		if last, ok = position(to); !ok || from != "" && last < first {
			return 0, 0, false
		}
	}
	return first, last, true
}

// CanonicalRange returns a Range field that asks for one range of bytes in the one form that all of its meaning share:
// "bytes=5-9", "bytes=5-" or "bytes=-5", without white space or leading zeros. It fails on several ranges, on what is malformed,
// and on other units. The result shares no memory with value.
func CanonicalRange(value string) (string, bool) {
	unit, list, ok := strings.Cut(value, "=")
	if !ok || !EqualFold(unit, "bytes") {
		return "", false
	}
	spec := ""
	for list != "" {
		var next string
		if next, list = element(list); next == "" {
			continue
		}
		if spec != "" {
			return "", false
		}
		spec = next
	}
	first, last, ok := cutRangeSpec(spec)
	if !ok {
		return "", false
	}
	return printRange(first, last), true
}

// printRange prints what cutRangeSpec read.
func printRange(first, last int64) string {
	canonical := append(make([]byte, 0, 48), "bytes="...)
	if first != Unknown {
		canonical = strconv.AppendInt(canonical, first, 10)
	}
	canonical = append(canonical, '-')
	if last != Unknown {
		canonical = strconv.AppendInt(canonical, last, 10)
	}
	return string(canonical)
}

// position reads digits of any number; what does not fit is the largest position.
func position(s string) (int64, bool) {
	n, ok := number(s)
	if ok {
		return n, true
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	return math.MaxInt64, s != ""
}

// ContentRange says which part of a body of how many bytes a response holds (RFC 9110 section 14.4).
type ContentRange struct {
	First, Last int64 // both Unknown where a 416 tells the size alone
	Size        int64 // of the whole body; Unknown for "*"
}

// ParseContentRange reads a Content-Range in bytes. It fails on anything malformed, and where the range and the size
// contradict each other.
func ParseContentRange(s string) (ContentRange, bool) {
	if len(s) < len("bytes ") || !EqualFold(s[:len("bytes ")], "bytes ") {
		return ContentRange{}, false
	}
	part, whole, ok := strings.Cut(s[len("bytes "):], "/")
	c := ContentRange{First: Unknown, Last: Unknown, Size: Unknown}
	if ok && whole != "*" {
		c.Size, ok = number(whole)
	}
	if !ok {
		return ContentRange{}, false
	}
	if part == "*" {
		return c, c.Size != Unknown
	}
	first, last, _ := strings.Cut(part, "-")
	var firstOK, lastOK bool
	c.First, firstOK = number(first)
	c.Last, lastOK = number(last)
	if !firstOK || !lastOK || c.Last < c.First || c.Size != Unknown && c.Last >= c.Size {
		return ContentRange{}, false
	}
	return c, true
}

// Append appends c as a field value.
func (c ContentRange) Append(dst []byte) []byte {
	dst = append(dst, "bytes "...)
	if c.First == Unknown {
		dst = append(dst, '*')
	} else {
		dst = strconv.AppendInt(dst, c.First, 10)
		dst = append(dst, '-')
		dst = strconv.AppendInt(dst, c.Last, 10)
	}
	dst = append(dst, '/')
	if c.Size == Unknown {
		return append(dst, '*')
	}
	return strconv.AppendInt(dst, c.Size, 10)
}

// String returns c as a field value.
func (c ContentRange) String() string { return string(c.Append(nil)) }
