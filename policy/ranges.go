package policy

import (
	"cmp"
	"slices"
	"time"

	"lacquer/message"
)

// RangeOutcome says what part of a representation a request gets.
type RangeOutcome uint8

// Outcomes of RangesOf.
const (
	WholeBody     RangeOutcome = iota // all of it: no range, or one that does not count
	PartOfBody                        // 206 with some of it
	Unsatisfiable                     // 416: every range lies behind the end
)

// What several ranges of one request may be, before they look like an attack or a broken client, whose Range RFC 9110 section 14.2
// lets a server ignore. More than 64 ranges never get this far (message.ParseRange).
const (
	partOverhead   = 80 // about what it costs to send a part of its own: its delimiter and fields
	maxOverlapping = 2  // ranges that overlap others
	maxTiny        = 16 // ranges shorter than that, unless they come in ascending order
)

// RangesOf decides which bytes of resp answer req (RFC 9110 section 14.2). For PartOfBody they are one range, for a 206 with
// Content-Range, or several for one as multipart/byteranges, no two of which touch, in the order in which the client
// asked. Else there are none. size is the length of the whole body, or message.Unknown while one without declared length is still
// arriving: then nobody can say what a range means, and the whole body is the answer.
//
// Only a 200 to GET has ranges. The client's conditions (NotModified) come before them. It allocates only where there is a Range.
func RangesOf(req *message.Request, resp *message.Response, size int64) ([]message.ByteRange, RangeOutcome) {
	if req.Method != "GET" || resp.Status != 200 || size == message.Unknown {
		return nil, WholeBody
	}
	if !req.Header.Has("Range") || !ifRange(req.Header, resp.Header) {
		return nil, WholeBody
	}
	ranges, found := message.ParseRange(req.Header.Joined("Range"), size)
	switch {
	case found == message.RangeUnsatisfiable:
		return nil, Unsatisfiable
	case found == message.RangeIgnored:
		return nil, WholeBody
	case len(ranges) == 1:
		return ranges, PartOfBody
	case abusive(ranges, size):
		return nil, WholeBody
	}
	return coalesce(ranges), PartOfBody
}

// abusive reports whether ranges ask for more than the whole, or are what RFC 9110 section 14.2 tells to be suspicious of: more than two
// that overlap, or many small ones in no order.
func abusive(ranges []message.ByteRange, size int64) bool {
	var sum int64
	tiny := 0
	for _, r := range ranges {
		if r.Length() > size-sum {
			return true
		}
		sum += r.Length()
		if r.Length() < partOverhead {
			tiny++
		}
	}
	if tiny > maxTiny && !slices.IsSortedFunc(ranges, byFirst) {
		return true
	}
	return overlapping(ranges) > maxOverlapping
}

// overlapping counts the ranges that overlap another.
func overlapping(ranges []message.ByteRange) int {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, byFirst)
	count, together := 0, 1 // together is how many hang together up to here
	end := sorted[0].Last
	for _, r := range sorted[1:] {
		switch {
		case r.First > end:
			together = 1
		case together == 1:
			together, count = 2, count+2
		default:
			together, count = together+1, count+1
		}
		end = max(end, r.Last)
	}
	return count
}

func byFirst(a, b message.ByteRange) int { return cmp.Compare(a.First, b.First) }

// coalesce joins ranges that overlap or touch. What was joined stands where the first of its ranges stood. RFC 9110 section 15.3.7.2 would let those be
// joined, too, that lie nearer to each other than a part costs; but many clients count on a part for each range.
func coalesce(ranges []message.ByteRange) []message.ByteRange {
	type placed struct {
		message.ByteRange
		at int
	}
	sorted := make([]placed, len(ranges))
	for i, r := range ranges {
		sorted[i] = placed{r, i}
	}
	slices.SortFunc(sorted, func(a, b placed) int { return byFirst(a.ByteRange, b.ByteRange) })
	joined := sorted[:1]
	for _, r := range sorted[1:] {
		last := &joined[len(joined)-1]
		if r.First > last.Last+1 {
			joined = append(joined, r)
			continue
		}
		last.Last, last.at = max(last.Last, r.Last), min(last.at, r.at)
	}
	slices.SortFunc(joined, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	ranges = ranges[:len(joined)]
	for i, r := range joined {
		ranges[i] = r.ByteRange
	}
	return ranges
}

// ifRange reports whether the range counts: without If-Range it does, else only if the client's part is of exactly this
// representation (RFC 9110 section 13.1.5). Entity tags compare strongly; a date must be that of Last-Modified, and old enough
// to be a strong validator. Several lines are no condition that could hold.
func ifRange(request, response message.Header) bool {
	if !request.Has("If-Range") {
		return true
	}
	condition := request.Joined("If-Range")
	if tag := response.Get("ETag"); tag != "" && message.StrongMatch(condition, tag) {
		return true
	}
	wanted, ok := message.ParseDate(condition, referenceFor(response))
	if !ok {
		return false
	}
	modified, ok := strongLastModified(response)
	return ok && modified.Equal(wanted)
}

// strongLastModified returns Last-Modified where it is a strong validator: by RFC 9110 section 8.8.2.2, in the second of its
// making a representation may change again under the same date.
func strongLastModified(response message.Header) (time.Time, bool) {
	reference := referenceFor(response)
	modified, ok := message.ParseDate(response.Get("Last-Modified"), reference)
	if !ok {
		return time.Time{}, false
	}
	made, ok := message.ParseDate(response.Get("Date"), reference)
	return modified, ok && made.Sub(modified) >= time.Second
}
