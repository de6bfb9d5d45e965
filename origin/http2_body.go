package origin

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/message"
)

// streamBody is the body of an answer over HTTP/2. It ends with io.EOF only where it came whole, and with an *Error otherwise.
type streamBody struct {
	x      *stream
	source io.ReadCloser
	timer  *time.Timer // runs while a read waits, and ends the stream
	end    error       // what the last read returned, and every later one will
}

func newStreamBody(x *stream, source io.ReadCloser) *streamBody {
	b := &streamBody{x: x, source: source}
	b.timer = time.AfterFunc(x.backend.timeouts.BetweenBytes, func() { x.cancel(errSilence) })
	b.timer.Stop()
	return b
}

// Read waits for the next piece, no longer than the timeout between bytes. The time that passes between two reads, because
// whoever reads is slow, does not count.
func (b *streamBody) Read(p []byte) (int, error) {
	if b.end != nil {
		return 0, b.end
	}
	b.timer.Reset(b.x.backend.timeouts.BetweenBytes)
	n, err := b.source.Read(p)
	b.timer.Stop()
	switch {
	case err == nil:
	case err == io.EOF:
		b.end = io.EOF
		b.x.cancel(nil)
	default:
		b.end = b.x.fail(b.x.bodyKindOf(err), err)
	}
	return n, b.end
}

// trailer returns the trailer section that came after the body, nil before its end.
func (b *streamBody) trailer(fields http.Header) message.Header {
	if b.end != io.EOF {
		return nil
	}
	return message.TrailersOf(fields)
}

// Close gives up what has not been read.
func (b *streamBody) Close() error {
	if b.end == nil {
		b.end = errClosed
	}
	b.timer.Stop()
	b.x.cancel(nil)
	return b.source.Close()
}

// lent is the body of a request on its way out. It cannot be rewound, so net/http never sends it twice. net/http may read it
// on a goroutine of its own for as long as the stream lasts. An origin that answers pings may still never open its window, and the library would
// wait for that without end; so what was read must be taken within the timeout between bytes.
type lent struct {
	source   io.Reader
	limit    time.Duration
	patience *time.Timer // runs while the origin is to take what was read, and ends a stream whose head has not come
	closed   atomic.Bool

	mu  sync.Mutex // protects err
	err error      // with which source failed
}

func newLent(x *stream) *lent {
	limit := x.backend.timeouts.BetweenBytes
	u := &lent{source: x.asked.Body, limit: limit, patience: time.AfterFunc(limit, x.notTaken)}
	u.patience.Stop()
	return u
}

// Read begins when the piece before was taken.
func (u *lent) Read(p []byte) (int, error) {
	u.patience.Stop()
	if u.closed.Load() {
		return 0, errClosed
	}
	n, err := u.source.Read(p)
	if err != nil && err != io.EOF {
		u.mu.Lock()
		u.err = err
		u.mu.Unlock()
		return n, err
	}
	u.patience.Reset(u.limit)
	return n, err
}

// written is called when the whole request was written, or as much as will be.
func (u *lent) written() { u.patience.Stop() }

// Close keeps net/http from reading further. It does not wait for a read under way.
func (u *lent) Close() error {
	u.closed.Store(true)
	u.patience.Stop()
	return nil
}

// failure returns the error with which the source failed, nil if it did not.
func (u *lent) failure() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}
