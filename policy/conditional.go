package policy

import (
	"time"

	"lacquer/message"
)

// NotModified reports whether the client's own condition says that it has resp already, so that 304 is the answer (RFC 9110
// section 13.2.2, RFC 9111 section 4.3.2). resp is a stored response or one that is just being delivered; only a 200 to GET, HEAD or
// QUERY (RFC 10008 section 2.6) can become a 304. If-Match and If-Unmodified-Since are not looked at: requests with those pass (PassReason).
func NotModified(req *message.Request, resp *message.Response) bool {
	if resp.Status != 200 || req.Method != "GET" && req.Method != "HEAD" && req.Method != "QUERY" {
		return false
	}
	if req.Header.Has("If-None-Match") {
		// RFC 9110 section 13.1.3: with If-None-Match, If-Modified-Since is ignored, even where the first does not match.
		return message.MatchesAny(req.Header.Joined("If-None-Match"), resp.Header.Get("ETag"), true)
	}
	return notModifiedSince(req.Header, resp.Header)
}

// notModifiedSince evaluates If-Modified-Since (RFC 9110 section 13.1.3): a condition that is no date, or that came twice, is
// none. Where the response has no Last-Modified, its Date stands for it (RFC 9111 section 4.3.2): a copy that the client got at that
// moment or later is no older than ours. One that is no date is compared with nothing.
func notModifiedSince(request, response message.Header) bool {
	value, lines := "", 0
	for v := range request.Values("If-Modified-Since") {
		value = v
		lines++
	}
	if lines != 1 {
		return false
	}
	reference := referenceFor(response)
	since, ok := message.ParseDate(value, reference)
	if !ok {
		return false
	}
	name := "Last-Modified"
	if !response.Has(name) {
		name = "Date"
	}
	modified, ok := message.ParseDate(response.Get(name), reference)
	return ok && !modified.After(since)
}

// referenceFor returns the moment by which the two-digit years of obsolete dates are read (RFC 9110 section 5.6.7): that at
// which the response was made. Where its own date is missing or obsolete, they are read as 1950 to 2049.
func referenceFor(response message.Header) time.Time {
	if date, ok := message.ParseDate(response.Get("Date"), yearTwoThousand); ok {
		return date
	}
	return yearTwoThousand
}

var yearTwoThousand = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// DropConditions takes off what a client asks about its own copy: conditions, Range and If-Range. A fetch for everybody must
// bring the whole representation.
func DropConditions(h *message.Header) {
	h.DelFunc(func(f message.Field) bool {
		for _, name := range conditionFields {
			if message.EqualFold(f.Name, name) {
				return true
			}
		}
		return false
	})
}

var conditionFields = [...]string{
	"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "Range", "If-Range",
}

// Conditions replaces the conditions in the head of a request to the origin by those that ask whether stored still holds (RFC
// 9111 section 4.3.1). Without a validator in stored the request is unconditional.
func Conditions(req *message.Header, stored *message.Response) {
	DropConditions(req)
	if tag := stored.Header.Get("ETag"); tag != "" {
		req.Add("If-None-Match", tag)
	}
	if modified := stored.Header.Get("Last-Modified"); modified != "" {
		req.Add("If-Modified-Since", modified)
	}
}
