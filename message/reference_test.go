package message_test

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lacquer/message"
)

// This file reads heads as RFC 9112 and RFC 9110 write them down: productions as regular expressions, one production after the other,
// with no regard for speed. It is what the parser is compared with. Where the parser is meant to be narrower or wider
// than the grammar, a comment says "ours".

// grammar is the ABNF; a name in angle brackets stands for its production.
var grammar = map[string]string{
	"tchar":       "[!#$%&'*+\\-.^_`|~0-9A-Za-z]",
	"token":       "<tchar>+",
	"OWS":         "[ \\t]*",
	"field-vchar": "[\\x21-\\x7e\\x{80}-\\x{ff}]",
	"field-value": "(?:<field-vchar>(?:[ \\t]|<field-vchar>)*)?",
	"field-line":  "(<token>):<OWS>(<field-value>)",

	"HTTP-version": "HTTP/([0-9])\\.([0-9])",
	"request-line": "(<token>) (<target>) <HTTP-version>",
	"status-line":  "<HTTP-version> ([1-9][0-9]{2})(?: [\\t \\x21-\\x7e\\x{80}-\\x{ff}]*)?", // ours: the space may be missing with the phrase, none is below 100

	"target":        "[\\x21-\\x7e]*?[\\x21\\x22\\x24-\\x7e]+",                      // sorted out by the forms
	"path":          "(?:%[0-9A-Fa-f]{2}|[\\x21\\x22\\x24\\x26-\\x3e\\x40-\\x7e])*", // ours: wider than pchar
	"query":         "(?:\\?([\\x21\\x22\\x24-\\x7e]*))?",                           // ours: wider than RFC 3986
	"origin-form":   "(/<path>)<query>",
	"absolute-form": "[Hh][Tt][Tt][Pp][Ss]?://(<authority>)((?:/<path>)?)<query>",

	"authority":   "(?:<IP-literal>|<reg-name>)(?::<port>)?",
	"reg-name":    "[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?", // ours: without sub-delims and percent-encoding
	"port":        "0{0,4}[1-9][0-9]{0,4}",
	"IP-literal":  "\\[<IPv6address>\\]",
	"h16":         "[0-9A-Fa-f]{1,4}",
	"ls32":        "(?:<h16>:<h16>|<IPv4address>)",
	"IPv4address": "<dec-octet>\\.<dec-octet>\\.<dec-octet>\\.<dec-octet>",
	"dec-octet":   "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])",
	"IPv6address": "(?:(?:<h16>:){6}<ls32>|::(?:<h16>:){5}<ls32>|(?:<h16>)?::(?:<h16>:){4}<ls32>" +
		"|(?:(?:<h16>:){0,1}<h16>)?::(?:<h16>:){3}<ls32>|(?:(?:<h16>:){0,2}<h16>)?::(?:<h16>:){2}<ls32>" +
		"|(?:(?:<h16>:){0,3}<h16>)?::<h16>:<ls32>|(?:(?:<h16>:){0,4}<h16>)?::<ls32>" +
		"|(?:(?:<h16>:){0,5}<h16>)?::<h16>|(?:(?:<h16>:){0,6}<h16>)?::)",

	"chunk-head":     "([0-9A-Fa-f]{1,16})(<chunk-ext>)", // ours: at most 16 digits
	"chunk-ext":      "(?:;<token>(?:=(?:<token>|<quoted-string>))?)*",
	"quoted-string":  "\"(?:<qdtext>|<quoted-pair>)*\"",
	"qdtext":         "[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x{80}-\\x{ff}]",
	"quoted-pair":    "\\\\[\\t \\x21-\\x7e\\x{80}-\\x{ff}]",
	"Content-Length": "[0-9]{1,19}", // ours: what an integer of 64 bits holds
}

// production returns the expression that matches all of a text that is the production name.
func production(name string) *regexp.Regexp {
	inner := regexp.MustCompile("<[A-Za-z0-9-]+>")
	text := "<" + name + ">"
	for inner.MatchString(text) {
		text = inner.ReplaceAllStringFunc(text, func(name string) string {
			p, ok := grammar[strings.Trim(name, "<>")]
			if !ok {
				panic("BUG: no production " + name)
			}
			return p
		})
	}
	return regexp.MustCompile("^(?:" + text + ")$")
}

var (
	fieldLine    = production("field-line")
	requestLine  = production("request-line")
	statusLine   = production("status-line")
	originForm   = production("origin-form")
	absoluteForm = production("absolute-form")
	authority    = production("authority")
	lengthValue  = production("Content-Length")
)

// runes gives each byte a character of its own, so that expressions see bytes.
func runes(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// octets undoes runes.
func octets(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

// asciiLower knows no other letters than ASCII: to Unicode a Kelvin sign is a k.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c - 'A' + 'a'
		}
	}
	return string(b)
}

// plainHead is a head as the reference reads it.
type plainHead struct {
	whole  bool  // the empty line has come
	size   int   // bytes of it
	faults []int // the statuses of all that is wrong with it; a parser may meet any of them first
	line   string
	fields message.Header
}

func (h *plainHead) fault(status int) { h.faults = append(h.faults, status) }

// split takes a head apart into lines. A message begins at from.
func split(raw []byte, from int, lim message.Limits) plainHead {
	var h plainHead
	end := bytes.Index(raw[from:], []byte("\r\n\r\n"))
	if end < 0 {
		return h
	}
	h.whole, h.size = true, from+end+len("\r\n\r\n")
	if h.size > lim.Bytes {
		h.fault(431)
	}
	lines := strings.Split(runes(raw[from:from+end]), "\r\n")
	h.line = lines[0]
	if len(lines)-1 > lim.Fields {
		h.fault(431)
	}
	for _, line := range lines[1:] {
		m := fieldLine.FindStringSubmatch(line)
		if m == nil {
			h.fault(400)
			continue
		}
		h.fields.Add(octets(m[1]), strings.Trim(octets(m[2]), " \t"))
	}
	return h
}

// values returns those of all lines called name.
func (h *plainHead) values(name string) []string { return slices.Collect(h.fields.Values(name)) }

// framing reads Transfer-Encoding and Content-Length by the steps of RFC 9112 section 6.3, but refuses what section 6.1 and RFC 9110
// section 8.6 let a recipient mend.
func (h *plainHead) framing(minor string) (message.Framing, int64) {
	codings, lengths := h.values("Transfer-Encoding"), h.values("Content-Length")
	switch {
	case len(codings) > 1, len(lengths) > 1, len(codings) > 0 && (len(lengths) > 0 || minor == "0"):
		h.fault(400)
		h.fault(501)
	case len(codings) == 1 && asciiLower(codings[0]) == "chunked":
		return message.ByChunks, message.Unknown
	case len(codings) == 1:
		h.fault(400)
		h.fault(501)
	case len(lengths) == 1:
		n, err := strconv.ParseInt(lengths[0], 10, 64)
		if err != nil || !lengthValue.MatchString(lengths[0]) {
			h.fault(400)
		}
		if n == 0 {
			return message.NoBody, 0
		}
		return message.ByLength, n
	}
	return message.NoBody, message.Unknown
}

// persists reads Connection (RFC 9112 section 9.3).
func (h *plainHead) persists(minor string) bool {
	var options []string
	for _, list := range h.values("Connection") {
		if list != "" {
			options = append(options, strings.Split(asciiLower(strings.TrimSuffix(list, ",")), ",")...)
		}
	}
	for i := range options {
		options[i] = strings.Trim(options[i], " \t")
	}
	if len(options) > 64 { // ours
		h.fault(400)
	}
	return !slices.Contains(options, "close") && (minor != "0" || slices.Contains(options, "keep-alive"))
}

// referenceRequest reads the head of a request.
func referenceRequest(raw []byte, lim message.Limits) (plainHead, message.Request, message.Verdict) {
	from := 0
	if bytes.HasPrefix(raw, []byte("\r\n")) { // RFC 9112 section 2.2; ours: one
		from = 2
	}
	h := split(raw, from, lim)
	r := message.Request{Major: 1}
	v := message.Verdict{Outcome: message.Serve, Size: h.size}
	m := requestLine.FindStringSubmatch(h.line)
	if len(octets(h.line)) > lim.Line {
		h.fault(414)
	}
	if m == nil || m[3] != "1" {
		h.fault(400)
		h.fault(505)
		return h, r, v
	}
	r.Method = m[1]
	minor := m[4]
	if minor != "0" {
		r.Minor = 1
	}
	h.target(&r, m[2])
	h.host(&r, minor)
	v.Framing, r.Length = h.framing(minor)
	r.Length = max(r.Length, 0)
	if v.Framing == message.ByChunks {
		r.Length = message.Unknown
	}
	if r.Method == "TRACE" && v.Framing != message.NoBody { // RFC 9110 section 9.3.8
		h.fault(400)
	}
	if e := h.values("Expect"); len(e) > 1 || len(e) == 1 && asciiLower(e[0]) != "100-continue" { // RFC 9110 section 10.1.1
		h.fault(417)
	}
	v.KeepAlive = h.persists(minor)
	r.Header = slices.DeleteFunc(h.fields, func(f message.Field) bool { return asciiLower(f.Name) == "host" })
	return h, r, v
}

// target reads one of the forms of RFC 9112 section 3.2.
func (h *plainHead) target(r *message.Request, target string) {
	query := func(m []string, at int) {
		r.Query, r.HasQuery = m[at], strings.Contains(target, "?")
	}
	if r.Method == "CONNECT" { // ours: no tunnel
		h.fault(405)
		h.fault(400)
		return
	}
	if target == "*" && r.Method == "OPTIONS" {
		r.Path = "*"
		return
	}
	if m := originForm.FindStringSubmatch(target); m != nil {
		r.Path = m[1]
		query(m, 2)
		return
	}
	m := absoluteForm.FindStringSubmatch(target)
	if m == nil || !validHost(m[1]) {
		h.fault(400)
		return
	}
	r.Authority, r.Path = m[1], m[2]
	query(m, 3)
	switch {
	case r.Path == "" && r.Method == "OPTIONS" && !r.HasQuery: // RFC 9112 section 3.2.4
		r.Path = "*"
	case r.Path == "":
		r.Path = "/"
	}
}

// host reads Host (RFC 9112 section 3.2; ours: it must agree with an absolute form).
func (h *plainHead) host(r *message.Request, minor string) {
	hosts := h.values("Host")
	switch {
	case len(hosts) == 0 && minor == "0":
	case len(hosts) != 1, !validHost(hosts[0]), r.Authority != "" && asciiLower(r.Authority) != asciiLower(hosts[0]):
		h.fault(400)
	case r.Authority == "":
		r.Authority = hosts[0]
	}
}

func validHost(s string) bool {
	if !authority.MatchString(s) {
		return false
	}
	name := s
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		if port, _ := strconv.Atoi(s[i+1:]); port > 65535 || len(s)-i > 6 {
			return false
		}
		name = s[:i]
	}
	return len(name) <= 255
}

// referenceResponse reads the head of a response to a request with this method.
func referenceResponse(raw []byte, method string, lim message.Limits) (plainHead, message.Response, message.Verdict) {
	h := split(raw, 0, lim)
	r := message.Response{Major: 1}
	v := message.Verdict{Outcome: message.Serve, Size: h.size}
	m := statusLine.FindStringSubmatch(h.line)
	if m == nil || m[1] != "1" || len(octets(h.line)) > lim.Line {
		h.fault(502)
		return h, r, v
	}
	minor := m[2]
	if minor != "0" {
		r.Minor = 1
	}
	r.Status, _ = strconv.Atoi(m[3])
	v.Framing, r.Length = h.framing(minor)
	v.KeepAlive = h.persists(minor) && r.Status != 101
	r.Header = h.fields
	if (r.Status < 200 || r.Status == 204) && v.Framing != message.NoBody { // ours: neither may announce a body
		h.fault(502)
	}
	switch { // RFC 9112 section 6.3
	case method == "CONNECT" && r.Status/100 == 2: // RFC 9110 section 9.3.6: any 2xx
		v.Framing, r.Length, v.KeepAlive = message.UntilClose, message.Unknown, false
	case r.Status < 200 || r.Status == 204:
		v.Framing, r.Length = message.NoBody, 0
	case method == "HEAD" || r.Status == 304:
		v.Framing = message.NoBody
	case v.Framing == message.NoBody && r.Length == message.Unknown:
		v.Framing, v.KeepAlive = message.UntilClose, false
	}
	return h, r, v
}
