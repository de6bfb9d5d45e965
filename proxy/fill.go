package proxy

import (
	"context"
	"errors"
	"io"
	"math"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/storage"
)

// errPartLength is why a part is not kept that is not as long as its Content-Range says.
var errPartLength = errors.New("the part is not as long as its Content-Range says")

// fill reads an origin's body into an object until it ends, is cut, or nobody wants it any more. part says which of its bytes come, nil that all do.
func (s *Server) fill(ctx context.Context, cancel context.CancelFunc, o *storage.Object, answer *origin.Response, part *message.ByteRange) {
	body, left := answer.Body, int64(math.MaxInt64)
	if part != nil {
		left = part.Length()
	}
	defer s.work.Done()
	defer cancel()
	defer body.Close()
	defer func() {
		if fault := recover(); fault != nil {
			s.report("body", fault)
			s.store.Break(o, errInternal)
		}
	}()
	for {
		space, err := o.Body.Space(ctx)
		if err != nil {
			s.store.Break(o, err)
			return
		}
		n, err := body.Read(space)
		if left -= int64(n); left < 0 || err == io.EOF && part != nil && left != 0 {
			s.store.Break(o, errPartLength)
			return
		}
		s.store.Grow(o, n)
		switch err {
		case nil:
		case io.EOF:
			if trailer := answer.Trailer; trailer != nil {
				o.Body.SetTrailer(trailer())
			}
			s.store.Complete(o)
			return
		default:
			s.store.Break(o, err)
			return
		}
	}
}

// bodyLength returns how many bytes of body follow a head, as far as the head tells.
func bodyLength(method string, head *message.Response) int64 {
	if !message.HasBody(method, head.Status) {
		return 0
	}
	return head.Length
}
