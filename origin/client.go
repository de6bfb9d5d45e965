package origin

import (
	"context"
	"errors"
	"io"

	"lacquer/message"
)

// Fetch sends r and returns when the final head of the answer has come. What r holds must stay as it is until the body of the
// response was closed, since an origin may answer while it is still being asked: r.Body may be read until then, and a read of it
// that waits is not waited for. See Fetcher.
func (b *Backend) Fetch(ctx context.Context, r *Request) (*Response, error) {
	if ctx.Err() != nil {
		return nil, b.givenUp(ctx)
	}
	if b.secured != nil && b.secured.multiplexed.Load() && !wantsUpgrade(r) {
		response, err := b.secured.fetch(ctx, r)
		if !errors.Is(err, errOneAtATime) {
			return response, err
		}
	}
	r, err := b.gathered(ctx, r)
	if err != nil {
		return nil, err
	}
	if c := b.idle(r); c != nil {
		x := begin(ctx, b, r, c)
		response, err := x.ask()
		if err == nil || !x.mayRepeat(err) {
			return response, err
		}
	}
	c, err := b.connect(ctx, r)
	if errors.Is(err, errMultiplexed) {
		return b.secured.fetch(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return begin(ctx, b, r, c).ask()
}

// idle returns a connection that was used before and seems to be fit for r, nil if there is none. What only a new connection can
// do safely is not asked of one that may be gone: a request that must not be sent twice.
func (b *Backend) idle(r *Request) *connection {
	for {
		c := b.pool.take()
		if c == nil {
			return nil
		}
		if c.arm(b.timeouts) == nil {
			switch c.condition() {
			case silent:
				return c
			case unknown:
				if repeatable(r) || !c.used {
					return c
				}
				b.pool.put(c)
				return nil
			}
		}
		c.Close()
	}
}

// connect opens a connection for HTTP/1. It fails with errMultiplexed if the origin agreed on HTTP/2, and with an *Error otherwise.
func (b *Backend) connect(ctx context.Context, r *Request) (*connection, error) {
	if b.secured != nil {
		return b.secured.connect(ctx, wantsUpgrade(r))
	}
	conn, err := b.open(ctx)
	if err != nil {
		return nil, b.unconnected(ctx, err)
	}
	c := newConnection(conn)
	if err := c.arm(b.timeouts); err != nil {
		c.Close()
		return nil, &Error{Kind: Connect, Backend: b.name, Err: err}
	}
	if c.condition() == spoken {
		c.Close()
		return nil, &Error{Kind: Broken, Backend: b.name, Err: errUnasked}
	}
	return c, nil
}

// repeatable reports whether r may be sent again where no answer came (RFC 9110 section 9.2.2): nothing is changed by it, and it
// has no body, which could be read only once. Methods that are idempotent but not safe are not repeated: of two, the first may
// arrive late and undo what came in between.
func repeatable(r *Request) bool {
	if hasBody(r) {
		return false
	}
	switch r.Head.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}

func hasBody(r *Request) bool { return r.Body != nil && r.Head.Length != 0 }

func wantsUpgrade(r *Request) bool { return r.Head.Header.Has("Upgrade") }

// exchange is one request on one connection, and its answer. It owns the connection until finish or fail gives it away. All of it
// belongs to whoever asks; an upload runs beside it on a goroutine of its own.
type exchange struct {
	backend *Backend
	ctx     context.Context
	asked   *Request
	conn    *connection
	buffer  *buffer
	unwatch func() bool // takes the watch off ctx, and tells whether it had not ended; nil where it cannot end
	upload  *upload     // nil without a body

	heard bool // a byte of the answer came
	keep  bool // what was said so far lets the connection go on
	ended bool // the connection is no longer ours
	body  body
}

// begin makes an exchange on a connection that was armed. From now on the end of ctx closes the connection.
func begin(ctx context.Context, b *Backend, r *Request, c *connection) *exchange {
	x := &exchange{backend: b, ctx: ctx, asked: r, conn: c, buffer: takeBuffer()}
	if ctx.Done() != nil {
		x.unwatch = context.AfterFunc(ctx, c.abort)
	}
	return x
}

// ask sends the request and waits for the final head. A failure is an *Error, and has closed the connection.
func (x *exchange) ask() (*Response, error) {
	defer func() {
		if fault := recover(); fault != nil { // whoever takes interim responses may panic
			x.fail(errPanic)
			panic(fault)
		}
	}()
	if err := x.send(); err != nil {
		return nil, x.fail(err)
	}
	head, verdict, err := x.finalHead()
	if err != nil {
		return nil, x.fail(err)
	}
	x.keep = verdict.KeepAlive && !message.HasToken(x.asked.Head.Header, "Connection", "close")
	switch {
	case head.Status == 101:
		return x.switched(head)
	case verdict.Framing == message.NoBody:
		if len(x.buffer.unread()) > 0 {
			return nil, x.fail(errSurplus)
		}
		x.finish()
		return &Response{Head: head, Body: noBody, Trailer: noTrailer}, nil
	}
	x.body = body{x: x, framing: verdict.Framing, left: head.Length}
	return &Response{Head: head, Body: &x.body, Trailer: x.body.trailerSection}, nil
}

// finish ends an exchange whose answer came whole with nothing behind it in the buffer, and keeps the connection if the whole request
// was written.
func (x *exchange) finish() {
	switch {
	case !x.release():
		x.conn.abort()
	case x.keep && x.conn.quiet():
		x.conn.used = true
		x.backend.pool.put(x.conn)
	default:
		x.conn.Close()
	}
	x.buffer.free()
	x.buffer = nil
}

// abandon ends an exchange whatever has become of it, and closes the connection.
func (x *exchange) abandon() {
	if x.ended {
		return
	}
	x.release()
	x.conn.abort()
	x.buffer.free()
	x.buffer = nil
}

// release takes off what else may act on the connection. It reports whether nothing has: ctx has not ended, and the whole request
// was written.
func (x *exchange) release() bool {
	x.ended = true
	clean := x.upload == nil || x.upload.end()
	if x.unwatch != nil && !x.unwatch() {
		clean = false
	}
	return clean
}

// mayRepeat reports whether a request that failed on a connection that was used before may be sent on a new one: the origin had
// closed it, as it may at any time (RFC 9112 section 9.3.1), and not a byte of an answer came.
func (x *exchange) mayRepeat(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Kind == Broken && x.conn.used && !x.heard && repeatable(x.asked)
}

func noTrailer() message.Header { return nil }

// noBody is the body of what has none.
var noBody io.ReadCloser = emptyBody{}

type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
func (emptyBody) Close() error             { return nil }
