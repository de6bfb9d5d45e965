package edge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/message"
)

// maxDrained is how much is read of a body that nobody wanted, to keep the connection.
const maxDrained = 256 << 10

// bodyError is a body that could not be read, through a fault of the client. Whoever meets it wrapped in another error finds the
// status for the client by its method Status.
type bodyError struct {
	status int
	err    error
}

func (e *bodyError) Error() string { return "request body: " + e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// Status returns what the client is to be told: 400, 408 or 413.
func (e *bodyError) Status() int { return e.status }

var errOver error = &bodyError{http.StatusBadRequest, errors.New("read after the transaction was over")}

// requestBody is the body of a request over HTTP/1, by length or in chunks. It may be read on another goroutine than the one that serves the request, and
// even after that is over, when an origin has answered early; such a read fails and touches nothing.
type requestBody struct {
	connection *connection
	limit      int64 // bytes, 0 is no limit

	over   atomic.Bool // nobody but the loop may read any more
	broken atomic.Bool // ended is a *bodyError

	mu     sync.Mutex      // held while the body is read; protects what follows, and the connection's input
	left   int64           // bytes to come, Unknown in chunks
	chunks message.Chunked // what is known of chunks
	piece  []byte          // what was decoded and not read yet, a view of the input
	length int64           // bytes read
	ended  error           // io.EOF or a *bodyError
}

// Read reads the next piece. The error is io.EOF at the end of a body that is whole, else a *bodyError.
func (b *requestBody) Read(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.over.Load(): // first: what drain made of the rest is no end of what was read
		return 0, errOver
	case b.ended != nil:
		return 0, b.ended
	case len(p) == 0:
		return 0, nil
	case b.left == message.Unknown:
		n, err = b.readChunks(p)
	default:
		n, err = b.readLength(p)
	}
	if b.length += int64(n); b.limit > 0 && b.length > b.limit {
		n, err = 0, &bodyError{http.StatusRequestEntityTooLarge, fmt.Errorf("longer than %d bytes", b.limit)}
	}
	switch err {
	case errOver: // drain reads on
	case io.EOF:
		b.ended = err
		b.connection.exchange.presence.bodyEnded()
	default:
		b.ended = err
		b.broken.Store(err != nil)
	}
	return n, err
}

func (b *requestBody) readLength(p []byte) (n int, err error) {
	in := &b.connection.exchange.in
	p = p[:min(int64(len(p)), b.left)]
	if in.empty() {
		n, err = b.receive(p)
	} else {
		n = copy(p, in.unread())
		in.consume(n)
	}
	if b.left -= int64(n); b.left == 0 {
		err = io.EOF
	}
	return n, err
}

func (b *requestBody) readChunks(p []byte) (int, error) {
	in := &b.connection.exchange.in
	for len(b.piece) == 0 {
		data, n, err := b.chunks.Decode(in.unread())
		in.consume(n)
		switch {
		case err == io.EOF:
			return 0, io.EOF
		case err != nil:
			return 0, &bodyError{http.StatusBadRequest, err}
		case len(data) == 0:
			in.grow(bodyRoom)
			n, err = b.receive(in.tail())
			if in.end += n; err != nil {
				return 0, err
			}
		}
		b.piece = data
	}
	n := copy(p, b.piece)
	b.piece = b.piece[n:]
	return n, nil
}

// receive waits for bytes of the connection. A client that waits to be asked for its body is asked.
func (b *requestBody) receive(p []byte) (int, error) {
	c := b.connection
	if err := c.exchange.response.proceed(); err != nil {
		return 0, &bodyError{http.StatusBadRequest, err}
	}
	c.readWithin(time.Now(), c.server.limits.BodyTime)
	if b.over.Load() { // leave comes before the deadline, or its deadline behind this one
		return 0, errOver
	}
	n, err := c.conn.Read(p)
	switch {
	case n > 0, err == nil:
		return n, nil
	case b.over.Load():
		return 0, errOver
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 0, &bodyError{http.StatusRequestTimeout, fmt.Errorf("nothing came for %v", c.server.limits.BodyTime)}
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	c.exchange.presence.leave()
	return 0, &bodyError{http.StatusBadRequest, err}
}

// trailer returns the trailer section once the body has ended, as proxy.Request wants it.
func (b *requestBody) trailer() message.Header {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.chunks.Trailer()
}

// wasRead reports whether the body has been read to its end.
func (b *requestBody) wasRead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended == io.EOF
}

// leave ends the transaction: whoever reads is woken, and nobody but the loop reads any more.
func (b *requestBody) leave() {
	b.over.Store(true)
	if !b.mu.TryLock() {
		_ = b.connection.conn.SetReadDeadline(past)
		b.mu.Lock()
		b.connection.readUntil = past
	}
	b.mu.Unlock()
}

// drain reads what is left of the body after leave, within bounds of bytes and time. It reports whether it came to the end, so that the connection can
// be used for another request.
func (b *requestBody) drain() bool {
	c := b.connection
	if b.ended == nil {
		c.readBy(time.Now().Add(drainTime))
	}
	in := &c.exchange.in
	for drained := 0; b.ended == nil && drained < maxDrained; {
		before := in.start
		if b.skip(in); b.ended != nil {
			break
		}
		drained += in.start - before
		in.grow(bodyRoom)
		n, err := c.conn.Read(in.tail())
		if in.end += n; n == 0 && err != nil {
			return false
		}
	}
	return b.ended == io.EOF
}

// skip consumes what of the body is among the unread bytes, and sets ended where that is its end.
func (b *requestBody) skip(in *input) {
	if b.left != message.Unknown {
		n := min(int64(len(in.unread())), b.left)
		in.consume(int(n))
		if b.left -= n; b.left == 0 {
			b.ended = io.EOF
		}
		return
	}
	for b.ended == nil && !in.empty() {
		var n int
		_, n, b.ended = b.chunks.Decode(in.unread())
		in.consume(n)
	}
}
