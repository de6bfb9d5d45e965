package origin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"sync/atomic"

	"lacquer/message"
)

// exchange is one request to a backend and its answer.
type exchange struct {
	backend *Backend
	asked   *Request
	upload  *upload // nil without a body

	outer  context.Context         // of whoever asks
	ctx    context.Context         // of the exchange: ends with outer, by a timeout, or when the body is over
	cancel context.CancelCauseFunc // ends ctx

	connected atomic.Bool // a connection was had for the present attempt

	mu      sync.Mutex // protects what follows, and holds the end of Fetch back while an interim response is handed on
	over    bool       // no interim response is handed on any more
	interim int        // how many came
}

func newExchange(b *Backend, ctx context.Context, r *Request) *exchange {
	x := &exchange{backend: b, asked: r, outer: ctx}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	return x
}

// request returns what net/http shall send.
func (x *exchange) request(ctx context.Context) *http.Request {
	head := x.asked.Head
	out := &http.Request{
		Method:     head.Method,
		URL:        x.backend.location.target(head),
		Host:       head.Authority,
		Header:     outgoingFields(head.Header),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
	if x.asked.Body != nil && head.Length != 0 {
		x.upload = &upload{source: x.asked.Body}
		out.Body, out.ContentLength = x.upload, head.Length
	}
	return out.WithContext(ctx)
}

// trace returns the hooks by which net/http tells how far it has come.
func (x *exchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:        func(string) { x.connected.Store(false) }, // again, where a request is repeated
		GotConn:        func(httptrace.GotConnInfo) { x.connected.Store(true) },
		Got1xxResponse: x.gotInterim,
	}
}

// gotInterim hands an interim response on. net/http calls it on the goroutine that reads the connection, and gives up the
// exchange when it returns an error.
func (x *exchange) gotInterim(status int, h textproto.MIMEHeader) (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer func() {
		if fault := recover(); fault != nil { // on this goroutine it would end the process
			err = fmt.Errorf("BUG: panic while an interim response was handed on: %v", fault)
		}
	}()
	if x.over {
		return errors.New("the exchange is over")
	}
	if x.interim++; x.interim > maxInterim {
		return fmt.Errorf("more than %d interim responses before the final one", maxInterim)
	}
	head, err := incomingHead(x.asked.Head.Method, status, h)
	if err != nil {
		return err
	}
	if x.asked.Interim != nil {
		x.asked.Interim(status, head.Header)
	}
	return nil
}

// headIsOver waits until an interim response that is being handed on has been, and lets no other follow: Fetch returns, and
// net/http may still be reading.
func (x *exchange) headIsOver() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.over = true
}

// accept judges an answer and makes it a Response.
func (x *exchange) accept(answer *http.Response) (*Response, error) {
	refuse := func(err error) (*Response, error) {
		failure := x.fail(Broken, err)
		answer.Body.Close()
		return nil, failure
	}
	if answer.ProtoMajor == 1 && answer.ProtoMinor == 0 && answer.Header.Get("Transfer-Encoding") != "" {
		// RFC 9112 section 6.1: net/http leaves the chunks in the body then.
		return refuse(errors.New("an answer in HTTP/1.0 with Transfer-Encoding"))
	}
	head, err := incomingHead(x.asked.Head.Method, answer.StatusCode, answer.Header)
	if err != nil {
		return refuse(err)
	}
	head.Major, head.Minor = uint8(answer.ProtoMajor), uint8(answer.ProtoMinor)
	if head.Status != http.StatusSwitchingProtocols {
		body := newBody(x, answer.Body)
		return &Response{Head: head, Body: body, Trailer: func() message.Header { return body.trailer(answer.Trailer) }}, nil
	}
	conn, ok := answer.Body.(io.ReadWriteCloser)
	if !ok || !x.asked.Head.Header.Has("Upgrade") {
		return refuse(errors.New("the answer is 101 Switching Protocols, but not to a request for another protocol"))
	}
	return &Response{Head: head, Body: http.NoBody, Conn: newTunnel(x, conn)}, nil
}
