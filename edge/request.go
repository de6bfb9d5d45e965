package edge

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"lacquer/message"
)

// parse makes the head of a request from what net/http has read. It prints that and lets the strict parser judge it, so that
// one parser decides about every head. A head that is not to be served has a verdict with the status to refuse it with.
func parse(r *http.Request, limit int) (*message.Request, message.Verdict) {
	second := overHTTP2(r)
	if second {
		if status, why := unfit(r); status != 0 {
			return nil, message.Verdict{Outcome: message.Refuse, Status: status, Why: why}
		}
	} else if r.ProtoMajor != 1 { // the preface of HTTP/2 in clear text, which net/http lets through
		return nil, message.Verdict{Outcome: message.Refuse, Status: http.StatusHTTPVersionNotSupported, Why: "a version other than HTTP/1"}
	}
	head := &message.Request{Scheme: schemeOf(r), Header: make(message.Header, 0, len(r.Header)+2)}
	verdict := head.Parse(printed(r), message.Limits{Bytes: limit})
	switch verdict.Outcome {
	case message.Serve, message.Refuse:
	default:
		panic("BUG: a head that was printed whole was not read whole")
	}
	if second {
		head.Major, head.Minor = 2, 0
		head.Header.Del("Transfer-Encoding") // HTTP/2 has none: printed put it there
	}
	return head, verdict
}

// schemeOf returns the scheme that the connection stands for.
func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// printed returns the head of a request as it would stand on the wire of HTTP/1. The target is that of the request line, or :path, as
// received. Fields come in the order of their names, since net/http does not keep the one in which they came; the lines of one name
// stay in order.
func printed(r *http.Request) []byte {
	text := make([]byte, 0, 1024)
	text = append(text, r.Method...)
	text = append(text, ' ')
	text = append(text, r.RequestURI...)
	text = append(text, ' ')
	if overHTTP2(r) {
		text = append(text, "HTTP/1.1"...)
	} else {
		text = append(text, r.Proto...)
	}
	text = append(text, "\r\n"...)
	if r.Host != "" {
		text = appendLine(text, "Host", r.Host)
	}
	switch {
	case len(r.TransferEncoding) > 0: // taken out of the fields, together with any Content-Length
		text = appendLine(text, "Transfer-Encoding", strings.Join(r.TransferEncoding, ", "))
	case overHTTP2(r) && r.ContentLength < 0: // a body without a declared length
		text = appendLine(text, "Transfer-Encoding", "chunked")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if aliases(name) || name == "Host" { // which HTTP/2 leaves there: see unfit
			continue
		}
		for _, value := range r.Header[name] {
			text = appendLine(text, name, value)
		}
	}
	return append(text, "\r\n"...)
}

func appendLine(text []byte, name, value string) []byte {
	text = append(text, name...)
	text = append(text, ": "...)
	text = append(text, value...)
	return append(text, "\r\n"...)
}

// aliases reports whether many applications take a field of this name for another's: CGI and what descends from it turn "-",
// and often ".", into "_" (RFC 3875 section 4.1.18), so X_Forwarded_For is read as X-Forwarded-For. Such fields are dropped:
// what is judged, set or removed here under the one name must not come in under the other.
func aliases(name string) bool { return strings.ContainsAny(name, "_.") }
