package message

import "strings"

// Parse reads the head of a response at the start of buf, in place, as Request.Parse does for requests; method is that of the
// request it answers. Anything wrong is refused with 502. A 1xx is served like any other head, without a body; the final response
// follows it, but for 101, behind which the connection speaks another protocol.
//
// The reason phrase is not kept: nobody acts on it (RFC 9112 section 4). The space before it may be missing together with it, as
// some origins write it; nothing else is forgiven. Where RFC 9112 section 5.1 would have white space before a colon mended
// in responses, the response is refused: whoever wrote it may disagree with us on more than that.
func (r *Response) Parse(buf []byte, method string, lim Limits) Verdict {
	lim = lim.orDefaults()
	rd := newReading(buf, lim.Bytes, false)
	r.Header = r.Header[:0]
	if !r.parseLine(&rd, lim.Line) || !rd.fields(&r.Header, lim.Fields) {
		return asBadGateway(rd.failed(lim.Bytes))
	}
	framing, ok := rd.framing(r.Minor)
	if !ok || !r.withoutBody(&rd) {
		return asBadGateway(rd.failed(lim.Bytes))
	}
	r.Length = rd.length
	v := Verdict{Outcome: Serve, Size: rd.at, Framing: framing, KeepAlive: rd.persists(r.Minor)}
	switch {
	case method == "CONNECT" && r.Status/100 == 2: // a tunnel, whatever the fields say (RFC 9112 section 6.3)
		v.Framing, r.Length = UntilClose, Unknown
	case r.Status < 200 || r.Status == 204:
		v.Framing, r.Length = NoBody, 0
	case !HasBody(method, r.Status):
		v.Framing = NoBody
	case framing == NoBody && rd.length == Unknown:
		v.Framing = UntilClose
	}
	if v.Framing == UntilClose || r.Status == 101 {
		v.KeepAlive = false
	}
	return v
}

func asBadGateway(v Verdict) Verdict {
	if v.Outcome == Refuse {
		v.Status = 502
	}
	return v
}

// withoutBody refuses a 1xx or 204 that announces a body (RFC 9110 section 8.6, RFC 9112 section 6.1): read by the rules, the
// announced bytes would be taken for the next response. A length of 0, which many origins send with 204, does no harm.
func (r *Response) withoutBody(rd *reading) bool {
	if r.Status < 200 || r.Status == 204 {
		if rd.codings > 0 || rd.length > 0 {
			return rd.refuse(502, "a body with a status that has none")
		}
	}
	return true
}

// parseLine reads the status line (RFC 9112 section 4). What cannot become one is refused before it is whole: an origin that
// speaks another protocol may never send a line end.
func (r *Response) parseLine(rd *reading, limit int) bool {
	const name, shortest = "HTTP/", "HTTP/1.1 200"
	if n := min(len(rd.text), len(name)); rd.text[:n] != name[:n] {
		return rd.refuse(502, "not an HTTP/1 response")
	}
	if len(rd.text) <= len(shortest) {
		if strings.IndexByte(rd.text, '\n') >= 0 {
			return rd.refuse(502, "the status line is too short")
		}
		return rd.wait()
	}
	minor, ok := rd.version()
	if !ok {
		return false
	}
	r.Major, r.Minor = 1, minor
	status, ok := number(rd.text[rd.at+1 : len(shortest)])
	if !ok || rd.buf[rd.at] != ' ' || status < 100 {
		return rd.refuse(502, "the status is not three digits from 100 to 999")
	}
	r.Status = int(status)
	rd.at = len(shortest)
	if c := rd.buf[rd.at]; c != ' ' && c != '\r' && c != '\n' {
		return rd.refuse(502, "the status is not three digits from 100 to 999")
	}
	if _, ok := rd.fieldValue(); !ok {
		if rd.short && len(rd.buf) > limit+len("\r\n") {
			return rd.refuse(502, "the status line is too long")
		}
		return false
	}
	if rd.at > limit+len("\r\n") {
		return rd.refuse(502, "the status line is too long")
	}
	return true
}
