package edge

import (
	"net/http"
	"strconv"
	"time"

	"lacquer/message"
)

// frame decides how the client finds the end of the response, and what becomes of the connection behind it (RFC 9112 sections 6.3 and 9.3).
// w.mu is held.
func (w *response) frame() {
	if !w.done.bodyless && w.done.declared == message.Unknown {
		w.chunked, w.ends = w.minor > 0, w.minor == 0
	}
	switch {
	case w.ends, w.connection.server.draining.Load():
		w.keep = false
	case w.continues: // whether the body still comes is the client's to decide, and nobody can tell it from the next request
		w.keep, w.linger = false, true
	case w.connection.body != nil && w.connection.body.broken.Load(): // where the next request begins nobody can tell
		w.keep, w.linger = false, true
	}
}

// appendHead appends the head of the final response: its fields, but for those by which this package frames the message itself, Date where it is
// missing (RFC 9110 section 6.6.1), and what the client needs to know of body and connection.
func (w *response) appendHead(dst []byte, head *message.Response) []byte {
	dst, dated := appendFields(appendStatus(dst, head.Status), head.Header)
	if !dated {
		dst = append(dst, "Date: "...)
		dst = append(dst, dateOf(time.Now())...)
		dst = append(dst, "\r\n"...)
	}
	switch {
	case w.chunked:
		dst = append(dst, "Transfer-Encoding: chunked\r\n"...)
	case w.done.declared >= 0 && head.Status != http.StatusNoContent && head.Status != http.StatusNotModified:
		// RFC 9110 section 8.6: a 204 has no length, and that of a 304 would be the length of what was not asked for.
		dst = append(dst, "Content-Length: "...)
		dst = strconv.AppendInt(dst, w.done.declared, 10)
		dst = append(dst, "\r\n"...)
	}
	switch {
	case !w.keep:
		dst = append(dst, "Connection: close\r\n"...)
	case w.minor == 0:
		dst = append(dst, "Connection: keep-alive\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// appendStatus appends the status line. The version is ours, whatever the client's (RFC 9110 section 2.5).
func appendStatus(dst []byte, status int) []byte {
	if status == http.StatusOK {
		return append(dst, "HTTP/1.1 200 OK\r\n"...)
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, message.StatusText(status)...)
	return append(dst, "\r\n"...)
}

// appendFields appends the fields that are the handler's to decide. It reports whether Date was among them.
func appendFields(dst []byte, h message.Header) (fields []byte, dated bool) {
	for i := range h {
		name := h[i].Name
		if framing(name) {
			continue
		}
		dated = dated || len(name) == len("Date") && message.EqualFold(name, "Date")
		dst = message.AppendField(dst, name, h[i].Value)
	}
	return dst, dated
}

// framing reports whether a field of a response is ours to send: it belongs to the connection, or tells where the message ends.
func framing(name string) bool {
	switch len(name) {
	case len("Trailer"): // that of Upgrade, too
		return message.EqualFold(name, "Trailer") || message.EqualFold(name, "Upgrade")
	case len("Connection"): // that of Keep-Alive, too
		return message.EqualFold(name, "Connection") || message.EqualFold(name, "Keep-Alive")
	case len("Content-Length"):
		return message.EqualFold(name, "Content-Length")
	case len("Proxy-Connection"):
		return message.EqualFold(name, "Proxy-Connection")
	case len("Transfer-Encoding"):
		return message.EqualFold(name, "Transfer-Encoding")
	}
	return false
}
