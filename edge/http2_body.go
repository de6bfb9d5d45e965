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

// streamBody is the body of a request over HTTP/2. It may be read on another goroutine than the one that serves the request, and even after that
// is over, when an origin has answered early; such a read fails and touches nothing.
type streamBody struct {
	source  io.Reader
	control *http.ResponseController
	limit   int64         // bytes, 0 is no limit
	pace    time.Duration // for the next piece

	mu     sync.Mutex // protects what follows, and the read deadline of the stream while not over
	length int64      // bytes read
	until  time.Time  // the deadline that was set last
	ended  error      // how the body ended
	over   bool       // the transaction is
}

// Read reads the next piece. The error is io.EOF at the end of a body that is whole, else a *bodyError.
func (b *streamBody) Read(p []byte) (int, error) {
	if err := b.ready(); err != nil {
		return 0, err
	}
	n, err := b.source.Read(p)
	return b.account(n, err)
}

// ready says whether the body can be read on, and sets the deadline of the connection if the last one was set a while ago.
func (b *streamBody) ready() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over && b.ended == nil {
		return errOver
	}
	if b.ended != nil {
		return b.ended
	}
	if deadline, move := extended(b.until, time.Now(), b.pace); move {
		b.until = deadline
		b.control.SetReadDeadline(deadline)
	}
	return nil
}

func (b *streamBody) account(n int, err error) (int, error) {
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
func (b *streamBody) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if b.ended != io.EOF {
		b.control.SetReadDeadline(time.Now().Add(drainTime))
	}
}
