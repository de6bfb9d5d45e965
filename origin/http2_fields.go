package origin

import (
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lacquer/message"
)

// outgoingFields returns the fields of a request as net/http wants them. Those that frame the message or name its target are
// left to net/http, which takes them from elsewhere in the request. Connection has no place in HTTP/2 (RFC 9113 section 8.2.2); TE, which
// it names, has.
func outgoingFields(fields message.Header) http.Header {
	h := make(http.Header, len(fields)+1)
	for _, f := range fields {
		switch name := textproto.CanonicalMIMEHeaderKey(f.Name); name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Connection":
		case "Idempotency-Key", "X-Idempotency-Key":
			// net/http takes these names, spelt so, for leave to send a request with an unsafe method again.
			name = strings.ToLower(name)
			h[name] = append(h[name], f.Value)
		default:
			h[name] = append(h[name], f.Value)
		}
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = nil // or net/http would name itself
	}
	return h
}

// incomingHead returns the head of an answer to a request with this method. It prints what net/http has read and lets the
// strict parser judge it, so that one parser decides about every head. The fields come in the order of their names, since
// net/http does not keep the one in which they came; the lines of one name stay in order. No string is shared with fields.
func incomingHead(method string, status int, fields map[string][]string) (*message.Response, error) {
	text := make([]byte, 0, 1024)
	text = append(text, "HTTP/1.1 "...)
	text = strconv.AppendInt(text, int64(status), 10)
	text = append(text, " \r\n"...)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, value := range fields[name] {
			text = append(text, name...)
			text = append(text, ": "...)
			text = append(text, value...)
			text = append(text, "\r\n"...)
		}
	}
	text = append(text, "\r\n"...)

	head := &message.Response{Header: make(message.Header, 0, len(fields)+1)}
	verdict := head.Parse(text, method, message.Limits{Bytes: maxHead + 1024})
	if verdict.Outcome != message.Serve {
		return nil, errors.New("the answer is not well-formed: " + verdict.Why)
	}
	return head, nil
}

// targetURL returns the URL that makes net/http send exactly the prefix, path and query of r.
func targetURL(l *location, r *message.Request) *url.URL {
	u := &url.URL{Scheme: l.scheme, Host: l.address, RawQuery: r.Query, ForceQuery: r.HasQuery}
	path := l.path(r.Path)
	if !strings.HasPrefix(path, "//") {
		u.Opaque = path // goes out as it stands
		return u
	}
	// Two slashes at the beginning of Opaque would be read as an authority. Path and RawPath can hold them, but only where
	// RawPath is a proper encoding; what is not goes out in absolute form, which every server must take (RFC 9112 section
	// 3.2.2).
	if decoded, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = decoded, path
		if u.EscapedPath() == path {
			return u
		}
		u.Path, u.RawPath = "", ""
	}
	authority := r.Authority
	if authority == "" {
		authority = l.address
	}
	u.Opaque = "//" + authority + path
	return u
}
