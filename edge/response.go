package edge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"lacquer/message"
)

const (
	// copied is how long a piece of a body may be that is copied beside its head; longer ones are sent from where they lie.
	copied = 4 << 10
	// burst is how much of a body is sent at once, so that no connection keeps others from theirs.
	burst = 256 << 10
)

// response writes the responses of a connection of HTTP/1, one after another. It implements proxy.Writer. What it gathers in out is sent when a
// response has ended and no other request is at hand, before anybody waits, and when out is full.
type response struct {
	done       progress
	connection *connection
	method     string // of the request
	minor      uint8  // of its version

	mu        sync.Mutex // holds heads, interim responses and the 100 Continue of a body read elsewhere apart; protects what follows
	out       []byte     // bytes that have not been sent
	failed    error      // why nothing can be sent any more
	continues bool       // the client waits for 100 Continue, and has not got it
	keep      bool       // the connection may serve another request
	chunked   bool       // the body goes out in chunks
	ends      bool       // the end of the body is the end of the connection
	linger    bool       // the client may still be sending what nobody reads
	trailer   message.Header
}

// begin prepares for the response to a request.
func (w *response) begin(c *connection, head *message.Request, keep bool) {
	w.done = progress{}
	w.connection, w.method, w.minor, w.keep = c, head.Method, head.Minor, keep
	w.continues, w.chunked, w.ends, w.linger, w.trailer = false, false, false, false, nil
}

// reset forgets all but the buffer.
func (w *response) reset() {
	w.begin(nil, &message.Request{}, false)
	w.out, w.failed = w.out[:0], nil
}

func (w *response) progress() *progress { return &w.done }

// Interim sends a 1xx other than 101. HTTP/1.0 has none (RFC 9110 section 15.2), and gets none.
func (w *response) Interim(status int, h message.Header) error {
	switch {
	case status < 100 || status > 199 || status == http.StatusSwitchingProtocols:
		panic(fmt.Sprintf("BUG: interim response with status %d", status))
	case w.minor == 0:
		return nil
	case status == http.StatusContinue:
		return w.proceed()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done.begun {
		panic("BUG: interim response after the final head")
	}
	w.out = appendStatus(w.out, status)
	w.out, _ = appendFields(w.out, h)
	w.out = append(w.out, "\r\n"...)
	return w.send(nil)
}

// proceed sends what was gathered before the body of the request is waited for, and tells a client that waits for it to send that body (RFC 9110
// section 10.1.1). Once the final head has begun it leaves to the handler what is sent when.
func (w *response) proceed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done.begun {
		return nil
	}
	if w.continues {
		w.continues = false
		w.out = append(appendStatus(w.out, http.StatusContinue), "\r\n"...)
	}
	return w.send(nil)
}

// flushEarlier sends the answers to earlier requests, unless the one to this request has begun.
func (w *response) flushEarlier() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.done.begun {
		_ = w.send(nil) // whoever writes next is told
	}
}

// Head begins the final response.
func (w *response) Head(head *message.Response) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.done.begun:
		panic("BUG: two heads for one request")
	case head.Status < 200 || head.Status > 999:
		panic(fmt.Sprintf("BUG: final response with status %d", head.Status))
	}
	w.done.begin(w.method, head)
	w.frame()
	w.out = w.appendHead(w.out, head)
	return w.failed
}

// Write sends a piece of the body. Where there is no body it sends nothing and says that it did.
func (w *response) Write(p []byte) (int, error) {
	if err := w.done.accept(len(p)); err != nil {
		return 0, err
	}
	if w.done.bodyless {
		return len(p), nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := 0
	for sent < len(p) {
		n, err := w.put(p[sent:min(len(p), sent+burst)])
		sent += n
		w.done.written += int64(n)
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// put gathers a piece that is short, and sends any other. It returns how much of the piece is on its way. w.mu is held.
func (w *response) put(piece []byte) (int, error) {
	if w.failed != nil {
		return 0, w.failed
	}
	if w.chunked {
		w.out = message.AppendChunkHead(w.out, int64(len(piece)))
	}
	if len(piece) > copied {
		if err := w.send(piece); err != nil {
			return max(0, w.connection.sent), err
		}
	} else {
		if len(w.out)+len(piece)+len("\r\n") > cap(w.out) {
			if err := w.send(nil); err != nil {
				return 0, err
			}
		}
		w.out = append(w.out, piece...)
	}
	if w.chunked {
		w.out = append(w.out, "\r\n"...)
	}
	return len(piece), nil
}

// Trailer keeps the trailer section for Finish.
func (w *response) Trailer(h message.Header) { w.trailer = h }

// Flush sends what was gathered.
func (w *response) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.send(nil)
}

// send sends what was gathered, and piece behind it. w.mu is held.
func (w *response) send(piece []byte) error {
	if w.failed != nil || len(w.out)+len(piece) == 0 {
		return w.failed
	}
	w.failed = w.connection.write(w.out, piece)
	w.out = w.out[:0]
	return w.failed
}

// Finish ends a body that is whole. One that is shorter than it was declared is cut instead. Where the client has sent more, which may be its next
// request, the end is sent with what comes next, or when it turns out that nothing does.
func (w *response) Finish() error {
	if err := w.done.finish(); err != nil {
		return err
	}
	w.connection.exchange.presence.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.chunked {
		w.out = message.AppendLastChunk(w.out, w.trailer)
	}
	if w.keep && w.connection.pipelined() {
		return w.failed
	}
	return w.send(nil)
}

// Abort ends the response such that the client sees that it was cut. The connection is closed when the handler returns.
func (w *response) Abort() { w.done.aborted = true }

func (w *response) refuses() { w.keep, w.linger = false, true }

// Upgrade sends a 101 head and hands over the connection. Bytes that the client sent early are the first to be read from it.
func (w *response) Upgrade(head *message.Response) (io.ReadWriteCloser, error) {
	c := w.connection
	switch {
	case w.done.begun:
		panic("BUG: an upgrade after the head")
	case head.Status != http.StatusSwitchingProtocols:
		panic(fmt.Sprintf("BUG: an upgrade with status %d", head.Status))
	case w.minor == 0:
		return nil, errors.New("HTTP/1.0 has no upgrade")
	case c.body != nil && !c.body.wasRead(): // RFC 9110 section 7.8: the request comes first, whole
		return nil, errors.New("the connection cannot be handed over before the request's body was read")
	}
	c.exchange.presence.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done.begun = true
	w.done.tunnel = newTunnel(c.server, c.conn, c.exchange.in.unread())
	c.readBy(time.Time{})
	w.out = message.AppendResponse(w.out, head)
	if err := w.send(nil); err != nil {
		w.done.tunnel.Close()
		return nil, err
	}
	_ = c.conn.SetWriteDeadline(time.Time{})
	return w.done.tunnel, nil
}
