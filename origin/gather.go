package origin

import (
	"bytes"
	"context"
	"errors"
	"io"

	"lacquer/message"
)

// maxGathered is up to how many bytes a body by length is read before a connection is taken for it.
const maxGathered = bufferSize

// gathered returns r with a body that lies in memory, if it is a small one by length. A connection that waited for such a body would be idle as
// the origin sees it, which may close it at any time; and what has a body is not sent again.
func (b *Backend) gathered(ctx context.Context, r *Request) (*Request, error) {
	if _, inMemory := r.Body.(*bytes.Reader); inMemory || !hasBody(r) || r.Head.Length == message.Unknown || r.Head.Length > maxGathered || r.Head.Header.Has("Expect") {
		return r, nil
	}
	u := &upload{asked: r}
	whole := make([]byte, r.Head.Length)
	came := make(chan error, 1)
	go func() { came <- u.gather(whole) }() // a read of it may wait for longer than ctx
	select {
	case <-ctx.Done():
		u.end()
		return nil, b.givenUp(ctx)
	case err := <-came:
		var fault *sourceError
		switch {
		case ctx.Err() != nil:
			return nil, b.givenUp(ctx)
		case errors.As(err, &fault):
			return nil, b.unreadable(fault.err)
		}
	}
	ready := *r
	ready.Body = bytes.NewReader(whole)
	return &ready, nil
}

// gather fills room with the body.
func (u *upload) gather(room []byte) error {
	for held := 0; held < len(room); {
		n, err := u.read(room[held:])
		held += n
		switch {
		case err == io.EOF && held < len(room):
			return errMissing(int64(len(room) - held))
		case err != nil && err != io.EOF:
			return err
		}
	}
	return nil
}
