package edge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lacquer/message"
)

// stream writes the response of one transaction over HTTP/2, by net/http. It implements proxy.Writer.
type stream struct {
	done    progress
	server  *Server
	request *http.Request
	rw      http.ResponseWriter
	control *http.ResponseController
	until   time.Time  // the write deadline that was set last
	mu      sync.Mutex // holds interim responses and the head apart
}

func (w *stream) progress() *progress { return &w.done }

// refuses limits the time for a body that nobody will read.
func (w *stream) refuses() { w.control.SetReadDeadline(time.Now().Add(drainTime)) }

// extend sets the write deadline if the last one was set a while ago.
func (w *stream) extend() {
	if deadline, move := extended(w.until, time.Now(), w.server.limits.WriteTime); move {
		w.until = deadline
		w.control.SetWriteDeadline(deadline)
	}
}

// Interim sends a 1xx other than 101. 100 Continue is net/http's own to send, at the first read of the body.
func (w *stream) Interim(status int, h message.Header) error {
	switch {
	case status < 100 || status > 199 || status == http.StatusSwitchingProtocols:
		panic(fmt.Sprintf("BUG: interim response with status %d", status))
	case status == http.StatusContinue:
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done.begun {
		panic("BUG: interim response after the final head")
	}
	w.extend()
	fields := w.rw.Header()
	copyFields(fields, h)
	w.rw.WriteHeader(status)
	clear(fields)
	return nil
}

// Head begins the final response.
func (w *stream) Head(head *message.Response) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.done.begun:
		panic("BUG: two heads for one request")
	case head.Status < 200 || head.Status > 999:
		panic(fmt.Sprintf("BUG: final response with status %d", head.Status))
	}
	w.done.begin(w.request.Method, head)
	fields := w.rw.Header()
	copyFields(fields, head.Header)
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

// copyFields gives net/http the fields of a head, but for those by which it frames the message itself, and those of a connection of HTTP/1. It clones them: net/http
// may send them when they are no longer valid.
func copyFields(to http.Header, from message.Header) {
	for _, f := range from {
		switch name := textproto.CanonicalMIMEHeaderKey(f.Name); {
		case name == "Content-Length", name == "Trailer", slices.Contains(connectionFields, name):
		default:
			name = strings.Clone(name)
			to[name] = append(to[name], strings.Clone(f.Value))
		}
	}
}

// Write sends a piece of the body. Where there is no body it sends nothing and says that it did.
func (w *stream) Write(p []byte) (int, error) {
	if err := w.done.accept(len(p)); err != nil {
		return 0, err
	}
	if w.done.bodyless {
		return len(p), nil
	}
	sent := 0
	for sent < len(p) {
		w.extend()
		n, err := w.rw.Write(p[sent:min(sent+pace, len(p))])
		sent += n
		w.done.written += int64(n)
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// Trailer gives net/http the trailer section, if the body is one that can have one.
func (w *stream) Trailer(h message.Header) {
	if w.done.bodyless || w.done.declared != message.Unknown {
		return
	}
	fields := w.rw.Header()
	for _, f := range h {
		name := http.TrailerPrefix + textproto.CanonicalMIMEHeaderKey(f.Name)
		fields[name] = append(fields[name], strings.Clone(f.Value))
	}
}

// Flush puts on the wire what was written.
func (w *stream) Flush() error {
	w.extend()
	return w.control.Flush()
}

// Finish ends a body that is whole. One that is shorter than it was declared is cut instead.
func (w *stream) Finish() error {
	if err := w.done.finish(); err != nil {
		return err
	}
	if w.done.bodyless || w.done.declared == message.Unknown {
		return nil // net/http sends the rest when the handler returns
	}
	return w.Flush()
}

// Abort ends the response such that the client sees that it was cut: the stream is reset when the handler returns.
func (w *stream) Abort() { w.done.aborted = true }

// Upgrade fails: RFC 9113 section 8.6 has no upgrade.
func (w *stream) Upgrade(*message.Response) (io.ReadWriteCloser, error) {
	return nil, errors.New("HTTP/2 has no upgrade")
}
