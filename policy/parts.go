package policy

import (
	"strconv"
	"strings"

	"lacquer/message"
)

// PartOf returns which part of a representation resp holds, if it is one that may be stored (RFC 9111 section 3.3): a 206 with
// exactly one range in bytes, of a representation whose size is known, and with as many bytes as the range says where its length is
// known. Several parts in one (multipart/byteranges) are none, and neither is what contradicts itself.
func PartOf(resp *message.Response) (message.ContentRange, bool) {
	if resp.Status != 206 {
		return message.ContentRange{}, false
	}
	value, lines := "", 0
	for v := range resp.Header.Values("Content-Range") {
		value = v
		lines++
	}
	part, ok := message.ParseContentRange(value)
	if !ok || lines != 1 || part.First == message.Unknown || part.Size == message.Unknown {
		return message.ContentRange{}, false
	}
	if resp.Length != message.Unknown && resp.Length != part.Last-part.First+1 {
		return message.ContentRange{}, false
	}
	if severalParts(resp.Header.Get("Content-Type")) {
		return message.ContentRange{}, false
	}
	return part, true
}

// severalParts reports whether a body of this type holds several ranges, each with a head of its own (RFC 9110 section 14.6).
func severalParts(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return message.EqualFold(strings.TrimSpace(mediaType), "multipart/byteranges")
}

// WholeHead returns the head that a 200 would have which answers with the whole of what resp, a response that PartOf accepts, holds a
// part of: the same fields without Content-Range, and the complete size (RFC 9110 section 15.3.7). resp is not changed, and the result
// shares its text.
func WholeHead(resp *message.Response) *message.Response {
	size := message.Unknown
	if part, ok := message.ParseContentRange(resp.Header.Get("Content-Range")); ok {
		size = part.Size
	}
	whole := *resp
	whole.Status, whole.Length = 200, size
	whole.Header = make(message.Header, 0, len(resp.Header))
	for _, f := range resp.Header {
		switch {
		case message.EqualFold(f.Name, "Content-Range"):
			continue
		case message.EqualFold(f.Name, "Content-Length") && size != message.Unknown:
			f.Value = strconv.FormatInt(size, 10)
		}
		whole.Header = append(whole.Header, f)
	}
	return &whole
}

// Combines reports whether stored and answer are of one and the same representation, to the byte, so that a part of the one may
// stand beside a part of the other (RFC 9111 section 3.4, RFC 9110 section 15.3.7.3): both have the same strong entity tag, or neither
// has any and they have the same Last-Modified, which is a strong validator in both. Whether they agree about the complete size is for
// the caller to compare. Where both tell their coding, it is the same.
func Combines(stored, answer *message.Response) bool {
	if answer.Header.Has("Content-Encoding") &&
		!message.EqualFold(stored.Header.Joined("Content-Encoding"), answer.Header.Joined("Content-Encoding")) {
		return false
	}
	if stored.Header.Has("ETag") || answer.Header.Has("ETag") {
		return message.StrongMatch(stored.Header.Get("ETag"), answer.Header.Get("ETag"))
	}
	ours, ok := strongLastModified(stored.Header)
	if !ok {
		return false
	}
	theirs, ok := strongLastModified(answer.Header)
	return ok && ours.Equal(theirs)
}

// Completable reports whether stored has a strong validator, by which a part that is missing can be asked for so that it fits
// (RFC 9111 section 3.4).
func Completable(stored *message.Response) bool { return strongValidator(stored.Header) != "" }

// strongValidator returns what stands in If-Range for exactly this representation: its entity tag if that is strong, without any its
// Last-Modified if that is; else "" (RFC 9110 section 13.1.5).
func strongValidator(h message.Header) string {
	if h.Has("ETag") {
		tag := h.Get("ETag")
		if parsed, ok := message.ParseETag(tag); ok && !parsed.Weak {
			return tag
		}
		return ""
	}
	if _, ok := strongLastModified(h); ok {
		return h.Get("Last-Modified")
	}
	return ""
}

// AskPart replaces the conditions in the head of a request to the origin by those that ask for a missing part of stored, whose
// complete size is size: for the bytes of the part if stored still holds, else for the whole (RFC 9110 section 13.1.5). A part that goes
// to the end is asked for with an open end. If stored is not Completable, the whole is asked for in any case.
func AskPart(h *message.Header, stored *message.Response, missing message.ByteRange, size int64) {
	DropConditions(h)
	validator := strongValidator(stored.Header)
	if validator == "" {
		return
	}
	wanted := append(make([]byte, 0, 48), "bytes="...)
	wanted = append(strconv.AppendInt(wanted, missing.First, 10), '-')
	if missing.Last < size-1 {
		wanted = strconv.AppendInt(wanted, missing.Last, 10)
	}
	h.Add("Range", string(wanted))
	h.Add("If-Range", validator)
}

// WantedBytes returns which bytes of a representation the answer to req needs: those of the range that would be served, the span from
// the first to the last where it is several, else all. None are needed for a HEAD, a 304 and a 416: ok is false then. head is the
// head of the whole, a 200; size is its complete size, above 0.
func WantedBytes(req *message.Request, head *message.Response, size int64) (span message.ByteRange, ok bool) {
	if req.Method == "HEAD" || NotModified(req, head) {
		return message.ByteRange{}, false
	}
	ranges, outcome := RangesOf(req, head, size)
	switch outcome {
	case Unsatisfiable:
		return message.ByteRange{}, false
	case WholeBody:
		return message.ByteRange{First: 0, Last: size - 1}, true
	}
	span = ranges[0]
	for _, r := range ranges[1:] {
		span.First, span.Last = min(span.First, r.First), max(span.Last, r.Last)
	}
	return span, true
}

// PartAsked returns the range of bytes that a request asks for, if it is worth a fetch of its own, in the one form that equal wishes
// share (message.CanonicalRange); else "". It is worth one if the request is a GET for a single range that is not the whole and not
// nothing, and that counts whatever is stored: If-Range may make it the whole. The result shares no memory with the request.
func PartAsked(req *message.Request) string {
	if req.Method != "GET" || !req.Header.Has("Range") || req.Header.Has("If-Range") {
		return ""
	}
	part, ok := message.CanonicalRange(req.Header.Joined("Range"))
	if !ok || part == "bytes=0-" || part == "bytes=-0" {
		return ""
	}
	return part
}
