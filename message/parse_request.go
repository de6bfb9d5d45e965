package message

import "strings"

// preface is how an HTTP/2 connection begins (RFC 9113 section 3.4). Its first line is no HTTP/1 request that we would serve.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Parse reads the head of a request at the start of buf, in place: on Serve all strings of r are views of buf, valid until it is
// overwritten, and the room of r.Header has been used again. On any other outcome r holds nothing to rely on. Scheme is left as it
// is: who accepted the connection knows it, an absolute-form target only claims it.
//
// What is malformed or ambiguous is refused, never mended (RFC 9112 sections 2.2, 3, 5 and 6). One empty line before the request
// line is skipped, as RFC 9112 section 2.2 asks for old clients that end a body with one.
func (r *Request) Parse(buf []byte, lim Limits) Verdict {
	lim = lim.orDefaults()
	rd := newReading(buf, lim.Bytes, true)
	if n := min(len(buf), len(preface)); n > 0 && string(buf[:n]) == preface[:n] {
		if n == len(preface) {
			return Verdict{Outcome: HandOver}
		}
		return Verdict{Outcome: Incomplete}
	}
	r.Header = r.Header[:0]
	if !rd.emptyLine() || !r.parseLine(&rd, lim.Line) || !rd.fields(&r.Header, lim.Fields) || !r.takeHost(&rd) {
		return rd.failed(lim.Bytes)
	}
	framing, ok := rd.framing(r.Minor)
	if !ok {
		return rd.failed(lim.Bytes)
	}
	switch framing {
	case ByChunks:
		r.Length = Unknown
	default:
		r.Length = max(rd.length, 0)
	}
	if framing != NoBody && r.Method == "TRACE" {
		rd.refuse(400, "TRACE with a body") // RFC 9110 section 9.3.8
		return rd.failed(lim.Bytes)
	}
	return Verdict{Outcome: Serve, Size: rd.at, Framing: framing, KeepAlive: rd.persists(r.Minor)}
}

// emptyLine skips one empty line.
func (rd *reading) emptyLine() bool {
	if len(rd.buf) > 0 && is(rd.buf[0], controlByte) {
		return rd.lineEnd()
	}
	return true
}

// parseLine reads the request line, whose parts stand apart by exactly one space (RFC 9112 section 3).
func (r *Request) parseLine(rd *reading, limit int) bool {
	start := rd.at
	method, ok := rd.word(tokenByte, limit, "the method is not a token")
	if !ok {
		return false
	}
	target, ok := rd.word(targetByte, limit-(rd.at-start), "the target is empty, holds a byte that no target may hold, or no version follows it")
	if !ok {
		return false
	}
	if rd.at-start+len("HTTP/1.1") > limit {
		return rd.refuse(414, "the request line is too long")
	}
	if len(rd.buf)-rd.at < len("HTTP/1.1\r\n") {
		if strings.IndexByte(rd.text[rd.at:], '\n') >= 0 {
			return rd.refuse(400, "the version is not HTTP/1.0 or HTTP/1.1")
		}
		return rd.wait()
	}
	if r.Minor, ok = rd.version(); !ok {
		return false
	}
	r.Major, r.Method = 1, method
	if !is(rd.buf[rd.at], controlByte) {
		return rd.refuse(400, "something follows the version")
	}
	return rd.lineEnd() && r.setTarget(rd, target)
}

// word reads bytes of class c, at least one and at most limit, and the space behind them.
func (rd *reading) word(c class, limit int, why string) (string, bool) {
	start, i := rd.at, rd.at
	for i < len(rd.buf) && is(rd.buf[i], c) {
		i++
	}
	switch {
	case i-start > limit:
		return "", rd.refuse(414, "the request line is too long")
	case i == len(rd.buf):
		return "", rd.wait()
	case rd.buf[i] != ' ' || i == start:
		return "", rd.refuse(400, why)
	}
	rd.at = i + 1
	return rd.text[start:i], true
}
