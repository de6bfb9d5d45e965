package edge

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"sync"
	"time"

	"lacquer/message"
)

// piece is how much is written under one deadline: a client that takes this much in time is slow, not stuck.
const piece = 64 << 10

var errShort = errors.New("the response ended before its declared length")

// writer writes the response of one transaction. It implements proxy.Writer.
type writer struct {
	server  *Server
	request *http.Request
	rw      http.ResponseWriter
	control *http.ResponseController
	until   time.Time // the write deadline that was set last

	mu        sync.Mutex // holds interim responses and the 100 Continue of a body read elsewhere apart, until the head
	continues bool       // the client waits for 100 Continue, and has not got it
	begun     bool       // the final head was handed to net/http

	declared int64 // length of the body that is to follow, Unknown if none was declared
	bodyless bool  // there is none, by method or status
	written  int64 // bytes of the body
	aborted  bool  // the client must see a cut
	tunnel   *tunnel
}

// extend sets the write deadline if the last one was set a while ago.
func (w *writer) extend() {
	limit := w.server.limits.WriteTime
	if now := time.Now(); w.until.Sub(now) < limit {
		w.until = now.Add(limit + limit/4)
		w.control.SetWriteDeadline(w.until)
	}
}

// Interim sends a 1xx other than 101. HTTP/1.0 has none (RFC 9110 section 15.2), and gets none.
func (w *writer) Interim(status int, h message.Header) error {
	switch {
	case status < 100 || status > 199 || status == http.StatusSwitchingProtocols:
		panic(fmt.Sprintf("BUG: interim response with status %d", status))
	case !w.request.ProtoAtLeast(1, 1):
		return nil
	case status == http.StatusContinue:
		w.proceed()
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun {
		panic("BUG: interim response after the final head")
	}
	w.extend()
	fields := w.rw.Header()
	w.copyFields(fields, h)
	w.rw.WriteHeader(status)
	clear(fields)
	return nil
}

// proceed tells a client that waits for it to send its body (RFC 9110 section 10.1.1). net/http would do so by itself at the
// first read of the body, which may happen while an interim response is being written.
func (w *writer) proceed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.continues && !w.begun {
		w.continues = false
		w.extend()
		w.rw.WriteHeader(http.StatusContinue)
	}
}

// Head begins the final response.
func (w *writer) Head(head *message.Response) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.begun:
		panic("BUG: two heads for one request")
	case head.Status < 200 || head.Status > 999:
		panic(fmt.Sprintf("BUG: final response with status %d", head.Status))
	}
	w.begun = true
	w.declared = head.Length
	w.bodyless = !message.HasBody(w.request.Method, head.Status)

	fields := w.rw.Header()
	w.copyFields(fields, head.Header)
	if _, ok := fields["Content-Type"]; !ok {
		fields["Content-Type"] = nil // or net/http would guess one from the body
	}
	if head.Length >= 0 {
		fields["Content-Length"] = []string{strconv.FormatInt(head.Length, 10)}
	}
	w.extend()
	w.rw.WriteHeader(head.Status)
	return nil
}

// copyFields gives net/http the fields of a head, but for those by which it frames the message itself, and in HTTP/2 for those of
// a connection, which make a message malformed there (RFC 9113 section 8.2.2).
func (w *writer) copyFields(to http.Header, from message.Header) {
	second := overHTTP2(w.request)
	for _, f := range from {
		switch name := textproto.CanonicalMIMEHeaderKey(f.Name); name {
		case "Content-Length", "Transfer-Encoding", "Trailer":
		default:
			if !second || !slices.Contains(connectionFields, name) {
				to[name] = append(to[name], f.Value)
			}
		}
	}
}

// Write sends a piece of the body. Where there is no body it sends nothing and says that it did.
func (w *writer) Write(p []byte) (int, error) {
	if !w.begun {
		panic("BUG: a body before its head")
	}
	if w.bodyless {
		return len(p), nil
	}
	done := 0
	for done < len(p) {
		w.extend()
		n, err := w.rw.Write(p[done:min(done+piece, len(p))])
		done += n
		w.written += int64(n)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// Trailer gives net/http the trailer section, if the body is one that can have one.
func (w *writer) Trailer(h message.Header) {
	if w.bodyless || w.declared != message.Unknown {
		return
	}
	fields := w.rw.Header()
	for _, f := range h {
		name := http.TrailerPrefix + textproto.CanonicalMIMEHeaderKey(f.Name)
		fields[name] = append(fields[name], f.Value)
	}
}

// Flush puts on the wire what was written.
func (w *writer) Flush() error {
	w.extend()
	return w.control.Flush()
}

// Finish ends a body that is whole. One that is shorter than it was declared is cut instead.
func (w *writer) Finish() error {
	switch {
	case !w.begun:
		panic("BUG: the end of a response without a head")
	case w.bodyless || w.declared == message.Unknown:
		return nil // net/http sends the rest, and the last chunk, when the handler returns
	case w.written < w.declared:
		w.aborted = true
		return errShort
	}
	return w.Flush()
}

// Abort ends the response such that the client sees that it was cut. The connection is closed when the handler returns.
func (w *writer) Abort() { w.aborted = true }

// cut closes the connection of a response that was aborted, or resets its stream. A body whose end is the connection's end would
// look whole, so that connection is reset.
func (w *writer) cut() {
	untilClose := w.begun && !w.bodyless && w.declared == message.Unknown && !w.request.ProtoAtLeast(1, 1)
	if untilClose {
		if conn, _, err := w.control.Hijack(); err == nil {
			reset(conn)
		}
	}
	panic(http.ErrAbortHandler)
}

// reset closes a connection such that the other end sees that it was cut, if it is one that can be reset. Beneath TLS it is closed
// without the alert that would make its end look right (RFC 8446 section 6.1).
func reset(conn net.Conn) {
	conn = beneath(conn)
	switch c := conn.(type) {
	case interface{ SetLinger(int) error }:
		c.SetLinger(0)
	case interface{ Reset() }:
		c.Reset()
	}
	conn.Close()
}

// beneath returns the connection beneath TLS and the PROXY protocol.
func beneath(conn net.Conn) net.Conn {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if wrapped, ok := conn.(interface{ Raw() net.Conn }); ok {
		conn = wrapped.Raw()
	}
	return conn
}

// Upgrade sends a 101 head and hands over the connection. Bytes that the client sent early are the first to be read from it.
func (w *writer) Upgrade(head *message.Response) (io.ReadWriteCloser, error) {
	switch {
	case w.begun:
		panic("BUG: an upgrade after the head")
	case head.Status != http.StatusSwitchingProtocols:
		panic(fmt.Sprintf("BUG: an upgrade with status %d", head.Status))
	case !w.request.ProtoAtLeast(1, 1):
		return nil, errors.New("HTTP/1.0 has no upgrade")
	case overHTTP2(w.request):
		return nil, errors.New("HTTP/2 has no upgrade")
	}
	conn, buffered, err := w.control.Hijack()
	if err != nil {
		return nil, fmt.Errorf("the connection cannot be handed over: %w", err)
	}
	w.begun = true
	w.tunnel = newTunnel(w.server, conn, buffered.Reader)
	conn.SetDeadline(time.Time{})
	conn.SetWriteDeadline(time.Now().Add(w.server.limits.WriteTime))
	if _, err := conn.Write(message.AppendResponse(nil, head)); err != nil {
		w.tunnel.Close()
		return nil, err
	}
	conn.SetWriteDeadline(time.Time{})
	return w.tunnel, nil
}
