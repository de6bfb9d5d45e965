package message

import (
	"strings"
	"unsafe"
)

// reading is one pass over the bytes of a head. Its steps return false when the pass is over before the head is: the bytes
// ended (short), or something is wrong with them (why).
type reading struct {
	buf     []byte
	text    string // the same bytes: what is cut from it are views of the buffer
	at      int    // the next byte to be read
	request bool
	trailer bool // a trailer section, whose fields say nothing about the message

	short  bool // the bytes ended before the head did
	status int  // of the answer to a request with this fault
	why    string

	// What the fields say about the message itself.
	hosts     int
	host      string
	length    int64 // Content-Length, Unknown without one
	codings   int   // Transfer-Encoding lines
	coding    string
	expects   bool
	options   int // elements of Connection
	close     bool
	keepAlive bool
}

func newReading(buf []byte, limit int, request bool) reading {
	if len(buf) > limit {
		buf = buf[:limit]
	}
	return reading{
		buf:     buf,
		text:    unsafe.String(unsafe.SliceData(buf), len(buf)),
		length:  Unknown,
		request: request,
	}
}

func (rd *reading) refuse(status int, why string) bool {
	rd.short, rd.status, rd.why = false, status, why
	return false
}

func (rd *reading) wait() bool {
	rd.short = true
	return false
}

// failed is the verdict on a pass that did not reach the end of the head.
func (rd *reading) failed(limit int) Verdict {
	if rd.short && len(rd.buf) < limit {
		return Verdict{Outcome: Incomplete}
	}
	if rd.short {
		rd.refuse(431, "the head is too long")
	}
	return Verdict{Outcome: Refuse, Status: rd.status, Why: rd.why}
}

// lineEnd reads CR LF; the next byte is known to be a control byte.
func (rd *reading) lineEnd() bool {
	switch rd.buf[rd.at] {
	case '\r':
		if rd.at+1 == len(rd.buf) {
			return rd.wait()
		}
		if rd.buf[rd.at+1] != '\n' {
			return rd.refuse(400, "a carriage return stands alone")
		}
		rd.at += 2
		return true
	case '\n':
		return rd.refuse(400, "a line feed stands alone")
	}
	return rd.refuse(400, "a control byte")
}

// fields reads the field lines and the empty line behind them (RFC 9112 section 5). The Host of a request does not get into h.
func (rd *reading) fields(h *Header, limit int) bool {
	for count := 0; ; count++ {
		if rd.at == len(rd.buf) {
			return rd.wait()
		}
		if c := rd.buf[rd.at]; c == '\r' || c == '\n' {
			return rd.lineEnd()
		}
		if count == limit {
			return rd.refuse(431, "too many fields")
		}
		name, ok := rd.fieldName()
		if !ok {
			return false
		}
		value, ok := rd.fieldValue()
		if !ok {
			return false
		}
		if rd.request && len(name) == len("Host") && EqualFold(name, "Host") {
			rd.host = value
			rd.hosts++
			continue
		}
		if !rd.trailer && !rd.note(name, value) {
			return false
		}
		*h = append(*h, Field{name, value})
	}
}

// fieldName reads a name and the colon behind it.
func (rd *reading) fieldName() (string, bool) {
	start, i := rd.at, rd.at
	for i < len(rd.buf) && is(rd.buf[i], tokenByte) {
		i++
	}
	if i == len(rd.buf) {
		return "", rd.wait()
	}
	if rd.buf[i] == ':' && i > start {
		rd.at = i + 1
		return rd.text[start:i], true
	}
	return "", rd.refuse(400, whyNoName(rd.buf[i], i == start))
}

// whyNoName says what is wrong with a field line in whose name, or right behind it, byte c stands.
func whyNoName(c byte, first bool) string {
	switch {
	case first && (c == ' ' || c == '\t'):
		return "a line begins with white space" // obs-fold, or a field hidden before the first (RFC 9112 sections 2.2 and 5.2)
	case c == ' ' || c == '\t':
		return "white space in a field name or before its colon" // RFC 9112 section 5.1
	case first && c == ':':
		return "a field has no name"
	case c == '\r' || c == '\n':
		return "a field line has no colon"
	}
	return "a byte that no field name may hold"
}

// fieldValue reads a value and the end of its line.
func (rd *reading) fieldValue() (string, bool) {
	start, i := rd.at, rd.at
	for {
		i = control(rd.buf, i)
		if i == len(rd.buf) {
			return "", rd.wait()
		}
		if rd.buf[i] != '\t' {
			break
		}
		i++
	}
	rd.at = i
	if !rd.lineEnd() {
		return "", false
	}
	return trim(rd.text[start:i]), true
}

// note keeps what a field says about the message itself: where it ends, and what becomes of the connection.
func (rd *reading) note(name, value string) bool {
	switch len(name) {
	case len("Expect"):
		if rd.request && EqualFold(name, "Expect") {
			return rd.noteExpect(value)
		}
	case len("Connection"):
		if EqualFold(name, "Connection") {
			return rd.noteConnection(value)
		}
	case len("Content-Length"):
		if EqualFold(name, "Content-Length") {
			return rd.noteLength(value)
		}
	case len("Transfer-Encoding"):
		if EqualFold(name, "Transfer-Encoding") {
			rd.codings++
			rd.coding = value
		}
	}
	return true
}

// noteExpect refuses what is not 100-continue, the only expectation there is (RFC 9110 section 10.1.1).
func (rd *reading) noteExpect(value string) bool {
	if rd.expects || !EqualFold(value, "100-continue") {
		return rd.refuse(417, "an expectation other than 100-continue")
	}
	rd.expects = true
	return true
}

func (rd *reading) noteConnection(list string) bool {
	for list != "" {
		var option string
		option, list = element(list)
		if rd.options++; rd.options > maxOptions {
			return rd.refuse(400, "Connection names too many options")
		}
		switch {
		case EqualFold(option, "close"):
			rd.close = true
		case EqualFold(option, "keep-alive"):
			rd.keepAlive = true
		}
	}
	return true
}

// noteLength refuses a second Content-Length even if it equals the first, and any value but digits: RFC 9110 section 8.6 lets
// a recipient mend a list of equal ones, but who mends it differently from the next hop opens a gap between two messages.
func (rd *reading) noteLength(value string) bool {
	if rd.length != Unknown {
		return rd.refuse(400, "several Content-Length")
	}
	n, ok := number(value)
	if !ok {
		return rd.refuse(400, "Content-Length is not a number of bytes in digits")
	}
	rd.length = n
	return true
}

// framing judges Transfer-Encoding and Content-Length together (RFC 9112 sections 6.1 to 6.3). It leaves UntilClose, and what
// goes without a body by its method or status, to the caller.
func (rd *reading) framing(minor uint8) (Framing, bool) {
	switch {
	case rd.codings == 0 && rd.length > 0:
		return ByLength, true
	case rd.codings == 0:
		return NoBody, true
	case rd.codings > 1:
		return NoBody, rd.refuse(400, "several Transfer-Encoding")
	case rd.length != Unknown:
		return NoBody, rd.refuse(400, "Content-Length beside Transfer-Encoding")
	case minor == 0:
		return NoBody, rd.refuse(400, "Transfer-Encoding in HTTP/1.0")
	case EqualFold(rd.coding, "chunked"):
		return ByChunks, true
	case otherCodings(rd.coding):
		return NoBody, rd.refuse(501, "a transfer coding other than chunked")
	}
	return NoBody, rd.refuse(400, "Transfer-Encoding is malformed")
}

// otherCodings reports whether list names codings, at most the last of which is chunked: that is understood but not
// implemented (RFC 9112 section 6.1). Everything else is malformed.
func otherCodings(list string) bool {
	if list == "" || strings.HasSuffix(list, ",") {
		return false
	}
	for list != "" {
		var coding string
		coding, list = element(list)
		if !IsToken(coding) {
			return false
		}
		if EqualFold(coding, "chunked") {
			return list == ""
		}
	}
	return true
}

// persists reports whether the connection outlives the message (RFC 9112 section 9.3).
func (rd *reading) persists(minor uint8) bool {
	return !rd.close && (minor > 0 || rd.keepAlive)
}

// version reads HTTP-version at the next eight bytes, which are there. A higher minor version is processed as 1.1, the highest
// we conform to (RFC 9110 section 2.5); the name is case-sensitive and both numbers have one digit (RFC 9112 section 2.3).
func (rd *reading) version() (minor uint8, ok bool) {
	s := rd.text[rd.at : rd.at+len("HTTP/1.1")]
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	if s[:5] != "HTTP/" || !digit(s[5]) || s[6] != '.' || !digit(s[7]) {
		return 0, rd.refuse(400, "the version is not HTTP/1.0 or HTTP/1.1")
	}
	if s[5] != '1' {
		return 0, rd.refuse(505, "a version other than HTTP/1")
	}
	rd.at += len(s)
	return min(s[7]-'0', 1), true
}
