package origin

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// What is wrong with an answer besides its head.
var (
	errUnasked     = errors.New("the origin spoke before it was asked")
	errSurplus     = errors.New("more came than belongs to the answer")
	errShort       = errors.New("the connection was closed before the body was whole")
	errSilence     = errors.New("the body did not go on in time")
	errNotTaken    = errors.New("the request was not taken")
	errNotAsked101 = errors.New("the answer is 101 Switching Protocols, but not to a request for another protocol")
	errPanic       = errors.New("BUG: panic while an interim response was handed on")
	errNoHalfClose = errors.New("this connection cannot be closed in one direction alone")
)

// fail ends an exchange that has brought no final head, closes its connection, and returns the failure in words of what was waited
// for.
func (x *exchange) fail(err error) *Error {
	b := x.backend
	x.abandon()
	source, refused := error(nil), error(nil)
	if x.upload != nil {
		source, refused = x.upload.failures()
	}
	switch {
	case x.ctx.Err() != nil:
		return b.givenUp(x.ctx)
	case source != nil:
		return b.unreadable(source)
	case refused != nil && isTimeout(refused):
		err = fmt.Errorf("the request was not taken within %v: %w", b.timeouts.BetweenBytes, refused)
		return &Error{Kind: Timeout, Backend: b.name, Err: err}
	case isTimeout(err):
		return &Error{Kind: Timeout, Backend: b.name, Err: fmt.Errorf("no answer within %v: %w", b.timeouts.FirstByte, err)}
	}
	return &Error{Kind: Broken, Backend: b.name, Err: err}
}

// failBody does the same in the body.
func (x *exchange) failBody(err error) *Error {
	b := x.backend
	x.abandon()
	switch {
	case x.ctx.Err() != nil:
		return b.givenUp(x.ctx)
	case isTimeout(err):
		return &Error{Kind: Timeout, Backend: b.name, Err: fmt.Errorf("%w: nothing for %v", errSilence, b.timeouts.BetweenBytes)}
	}
	return &Error{Kind: Cut, Backend: b.name, Err: err}
}

// unreadable is the failure of the body of a request.
func (b *Backend) unreadable(source error) *Error {
	return &Error{Kind: Canceled, Backend: b.name, Err: fmt.Errorf("the body of the request could not be read: %w", source)}
}

// unconnected is the failure to open a connection.
func (b *Backend) unconnected(ctx context.Context, err error) *Error {
	switch {
	case ctx.Err() != nil:
		return b.givenUp(ctx)
	case isTimeout(err):
		return &Error{Kind: Timeout, Backend: b.name, Err: fmt.Errorf("no connection within %v: %w", b.timeouts.Connect, err)}
	}
	return &Error{Kind: Connect, Backend: b.name, Err: err}
}

// givenUp is the failure of who asks.
func (b *Backend) givenUp(ctx context.Context) *Error {
	return &Error{Kind: Canceled, Backend: b.name, Err: fmt.Errorf("given up: %w", context.Cause(ctx))}
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
