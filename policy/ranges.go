package policy

import (
	"time"

	"lacquer/message"
)

// RangeOutcome says what part of a representation a request gets.
type RangeOutcome uint8

// Outcomes of RangeOf.
const (
	WholeBody     RangeOutcome = iota // all of it: no range, or one that does not count
	PartOfBody                        // 206 with the bytes from first to last
	Unsatisfiable                     // 416: the range lies behind the end
)

// RangeOf decides which bytes of resp answer req (RFC 9110 section 14.2). For PartOfBody, first and last are the offsets of the
// first and the last byte, both included; else they are 0. size is the length of the whole body, or message.Unknown while one
// without declared length is still arriving: then nobody can say what a range means, and the whole body is the answer.
//
// Several ranges get the whole body, as section 14.2 allows. The client's conditions (NotModified) come before its ranges.
func RangeOf(req *message.Request, resp *message.Response, size int64) (first, last int64, outcome RangeOutcome) {
	if req.Method != "GET" || resp.Status != 200 || size == message.Unknown {
		return 0, 0, WholeBody
	}
	if !req.Header.Has("Range") || !ifRange(req.Header, resp.Header) {
		return 0, 0, WholeBody
	}
	ranges, found := message.ParseRange(req.Header.Joined("Range"), size)
	switch {
	case found == message.RangeUnsatisfiable:
		return 0, 0, Unsatisfiable
	case found == message.RangeSatisfiable && len(ranges) == 1:
		return ranges[0].First, ranges[0].Last, PartOfBody
	}
	return 0, 0, WholeBody
}

// ifRange reports whether the range counts: without If-Range it does, else only if the client's part is of exactly this
// representation (RFC 9110 section 13.1.5). Entity tags compare strongly; a date must be that of Last-Modified, and old enough
// to be a strong validator.
func ifRange(request, response message.Header) bool {
	if !request.Has("If-Range") {
		return true
	}
	condition := request.Get("If-Range")
	if tag := response.Get("ETag"); tag != "" && message.StrongMatch(condition, tag) {
		return true
	}
	reference := referenceFor(response)
	wanted, ok := message.ParseDate(condition, reference)
	if !ok {
		return false
	}
	modified, ok := message.ParseDate(response.Get("Last-Modified"), reference)
	if !ok || !modified.Equal(wanted) {
		return false
	}
	// RFC 9110 section 8.8.2.2: in the second of its making a representation may change again under the same date.
	made, ok := message.ParseDate(response.Get("Date"), reference)
	return ok && made.Sub(modified) >= time.Second
}
