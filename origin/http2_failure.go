package origin

import (
	"context"
	"errors"
	"fmt"
)

// kindOf says in which way the head of an answer failed to come.
func (x *stream) kindOf(err error) Kind {
	switch {
	case x.outer.Err() != nil, x.uploadError() != nil:
		return Canceled
	case isTimeout(err), errors.Is(context.Cause(x.ctx), errNotTaken):
		return Timeout
	case !x.connected.Load():
		return Connect
	default:
		return Broken
	}
}

// bodyKindOf says in which way a body failed to come whole.
func (x *stream) bodyKindOf(err error) Kind {
	switch {
	case errors.Is(context.Cause(x.ctx), errSilence):
		return Timeout
	case x.outer.Err() != nil, errors.Is(err, context.Canceled):
		return Canceled
	default:
		return Cut
	}
}

// fail ends the stream and returns its failure, told in words of what was waited for.
func (x *stream) fail(kind Kind, err error) *Error {
	limits := x.backend.timeouts
	switch {
	case kind == Canceled && x.uploadError() != nil && x.outer.Err() == nil:
		err = fmt.Errorf("the body of the request could not be read: %w", x.uploadError())
	case kind == Canceled && x.outer.Err() != nil:
		err = fmt.Errorf("given up: %w", context.Cause(x.outer))
	case kind == Timeout && errors.Is(context.Cause(x.ctx), errSilence):
		err = fmt.Errorf("%w: nothing for %v", errSilence, limits.BetweenBytes)
	case kind == Timeout && errors.Is(context.Cause(x.ctx), errNotTaken):
		err = fmt.Errorf("%w within %v", errNotTaken, limits.BetweenBytes)
	case kind == Timeout && !x.connected.Load():
		err = fmt.Errorf("no connection within %v: %w", limits.Connect, err)
	case kind == Timeout:
		err = fmt.Errorf("no answer within %v: %w", limits.FirstByte, err)
	}
	x.cancel(err)
	return &Error{Kind: kind, Backend: x.backend.name, Err: err}
}

func (x *stream) uploadError() error {
	if x.upload == nil {
		return nil
	}
	return x.upload.failure()
}
