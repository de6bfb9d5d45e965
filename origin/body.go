package origin

import (
	"errors"
	"io"
	"time"

	"lacquer/message"
)

// body is the body of an answer. It ends with io.EOF only where it came whole, and with an *Error otherwise. It is not safe for
// concurrent use; the end of the context ends a read that waits.
type body struct {
	x       *exchange
	framing message.Framing
	left    int64           // of a body by length: bytes that have not come
	chunked message.Chunked // of one in chunks
	trailer message.Header  // what came behind the chunks
	end     error           // what the last read returned, and every later one will
}

// shortRead is the room of a caller below which more is read than it wants, so that it does not cost a call of the system each time.
const shortRead = 2 << 10

// Read returns the next piece. It waits for it no longer than the timeout between bytes; the time that passes between two reads,
// because whoever reads is slow, does not count. io.EOF comes together with the last piece. All of p may be used as room on the way.
func (b *body) Read(p []byte) (int, error) {
	if b.end != nil {
		return 0, b.end
	}
	if len(p) == 0 {
		return 0, nil
	}
	var n int
	var err error
	switch b.framing {
	case message.ByLength:
		n, err = b.readLength(p)
	case message.ByChunks:
		n, err = b.readChunks(p)
	default:
		if n, err = b.read(p); err == io.EOF && b.x.conn.cutOff() { // until the connection is closed (RFC 9112 section 6.3)
			err = errShort
		}
	}
	switch {
	case err == nil:
	case err == io.EOF:
		b.trailer = b.chunked.Trailer()
		b.x.finish()
		b.end = io.EOF
	default:
		b.end = b.x.failBody(err)
	}
	return n, b.end
}

// readLength returns the next piece of a body by length, and io.EOF with its last byte.
func (b *body) readLength(p []byte) (int, error) {
	if b.left < int64(len(p)) {
		p = p[:b.left]
	}
	n, err := b.read(p)
	b.left -= int64(n)
	switch {
	case b.left > 0 && err == io.EOF:
		return n, errShort
	case b.left > 0:
		return n, err
	case len(b.x.buffer.unread()) > 0:
		return n, errSurplus
	case err != nil:
		b.x.keep = false
	}
	return n, io.EOF
}

// readChunks returns the next piece of a body in chunks, and io.EOF once the trailer section has come.
func (b *body) readChunks(p []byte) (int, error) {
	for {
		if rest := b.x.buffer.unread(); len(rest) > 0 || len(p) < shortRead {
			if len(rest) == 0 {
				if err := b.fill(); err == io.EOF {
					return 0, errShort
				} else if err != nil {
					return 0, err
				}
				continue
			}
			n, used, err := b.unwrap(p, rest[:min(len(rest), len(p))])
			b.x.buffer.use(used)
			if err == io.EOF && len(b.x.buffer.unread()) > 0 {
				err = errSurplus
			}
			if n > 0 || err != nil {
				return n, err
			}
			continue
		}
		came, failure := b.receive(p)
		n, used, err := b.unwrap(p, p[:came])
		switch {
		case err == io.EOF && used < came:
			return n, errSurplus
		case err == io.EOF:
			b.x.keep = b.x.keep && failure == nil
			return n, err
		case err != nil:
			return n, err
		case failure == io.EOF:
			return n, errShort
		case failure != nil || n > 0:
			return n, failure
		}
	}
}

// unwrap takes the content out of src, a piece of a body in chunks, and puts it at the beginning of p, which may be the same memory.
func (b *body) unwrap(p, src []byte) (n, used int, err error) {
	for used < len(src) && err == nil {
		var data []byte
		var done int
		data, done, err = b.chunked.Decode(src[used:])
		n += copy(p[n:], data)
		used += done
	}
	return n, used, err
}

// read takes what lies in the buffer, else reads from the connection straight into p, or through the buffer where p is small.
func (b *body) read(p []byte) (int, error) {
	if len(b.x.buffer.unread()) == 0 {
		if len(p) >= shortRead || int64(len(p)) == b.left {
			return b.receive(p)
		}
		if err := b.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.x.buffer.unread())
	b.x.buffer.use(n)
	return n, nil
}

// receive reads from the connection, no longer than the timeout between bytes.
func (b *body) receive(p []byte) (int, error) {
	if err := b.x.conn.SetReadDeadline(time.Now().Add(b.x.backend.timeouts.BetweenBytes)); err != nil {
		return 0, err
	}
	return b.x.conn.Read(p)
}

// fill reads into the empty buffer. It fails only if nothing came.
func (b *body) fill() error {
	n, err := b.x.buffer.fill(receiver{b})
	if n > 0 {
		return nil // what is wrong will come again
	}
	return err
}

// receiver is the connection under a body, as an io.Reader.
type receiver struct{ *body }

func (r receiver) Read(p []byte) (int, error) { return r.receive(p) }

// trailerSection returns the trailer section that came after the body, nil before its end.
func (b *body) trailerSection() message.Header { return b.trailer }

// Close gives up what has not been read; the connection is used again only if all has.
func (b *body) Close() error {
	if b.end == nil {
		b.end = errClosed
		b.x.abandon()
	}
	return nil
}

var errClosed = errors.New("read of a body that was closed")
