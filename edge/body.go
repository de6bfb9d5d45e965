package edge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// drainTime is how long the rest of a body that nobody wanted is read, to keep the connection.
const drainTime = 5 * time.Second

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

// body is the body of a request. It may be read on another goroutine than the one that serves the request, and even after that
// is over, when an origin has answered early; such a read fails and touches nothing.
type body struct {
	source  io.Reader
	control *http.ResponseController
	limit   int64         // bytes, 0 is no limit
	pace    time.Duration // for the next piece
	begin   func()        // called before the first read
	started bool

	mu     sync.Mutex // protects what follows, and the read deadline of the connection while not over
	length int64      // bytes read
	until  time.Time  // the deadline that was set last
	ended  error      // how the body ended
	over   bool       // the transaction is
}

// Read reads the next piece. The error is io.EOF at the end of a body that is whole, else a *bodyError.
func (b *body) Read(p []byte) (int, error) {
	if !b.started {
		b.started = true
		b.begin()
	}
	if err := b.ready(); err != nil {
		return 0, err
	}
	n, err := b.source.Read(p)
	return b.account(n, err)
}

// ready says whether the body can be read on, and sets the deadline of the connection if the last one was set a while ago.
func (b *body) ready() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over && b.ended == nil {
		return &bodyError{http.StatusBadRequest, errors.New("read after the transaction was over")}
	}
	if b.ended != nil {
		return b.ended
	}
	if now := time.Now(); b.until.Sub(now) < b.pace {
		b.until = now.Add(b.pace + b.pace/4)
		b.control.SetReadDeadline(b.until)
	}
	return nil
}

func (b *body) account(n int, err error) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.length += int64(n)
	switch {
	case b.limit > 0 && b.length > b.limit:
		b.ended = &bodyError{http.StatusRequestEntityTooLarge, fmt.Errorf("longer than %d bytes", b.limit)}
		n = 0
	case err == nil:
		return n, nil
	case err == io.EOF:
		b.ended = io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.ended = &bodyError{http.StatusRequestTimeout, fmt.Errorf("nothing came for %v", b.pace)}
	default:
		b.ended = &bodyError{http.StatusBadRequest, err}
	}
	return n, b.ended
}

// leave ends the transaction: the body is not read any more, but for what net/http drains of it.
func (b *body) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if b.ended != io.EOF {
		b.control.SetReadDeadline(time.Now().Add(drainTime))
	}
}
