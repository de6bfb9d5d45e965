package proxy

import (
	"context"
	"io"

	"lacquer/message"
	"lacquer/storage"
)

// fill reads an origin's body into an object until it ends, is cut, or nobody wants it any more.
func (s *Server) fill(ctx context.Context, cancel context.CancelFunc, o *storage.Object, body io.ReadCloser) {
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
		s.store.Grow(o, n)
		switch err {
		case nil:
		case io.EOF:
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
