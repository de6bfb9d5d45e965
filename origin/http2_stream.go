package origin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"sync/atomic"

	"lacquer/message"
)

// stream is one request and its answer over HTTP/2, as net/http speaks it.
type stream struct {
	backend *Backend
	asked   *Request
	upload  *lent // nil without a body

	outer  context.Context         // of whoever asks
	ctx    context.Context         // of the stream: ends with outer, by a timeout, or when the body is over
	cancel context.CancelCauseFunc // ends ctx

	connected atomic.Bool // a connection was had for the present attempt

	mu      sync.Mutex // protects what follows, and holds the end of Fetch back while an interim response is handed on
	over    bool       // no interim response is handed on any more
	interim int        // how many came
}

func newStream(b *Backend, ctx context.Context, r *Request) *stream {
	x := &stream{backend: b, asked: r, outer: ctx}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	return x
}

// request returns what net/http shall send.
func (x *stream) request(ctx context.Context) *http.Request {
	head := x.asked.Head
	out := &http.Request{
		Method:     head.Method,
		URL:        targetURL(&x.backend.location, head),
		Host:       head.Authority,
		Header:     outgoingFields(head.Header),
		Proto:      "HTTP/2.0",
		ProtoMajor: 2,
	}
	if x.asked.Body != nil && head.Length != 0 {
		x.upload = newLent(x)
		out.Body, out.ContentLength = x.upload, head.Length
	}
	return out.WithContext(ctx)
}

// trace returns the hooks by which net/http tells how far it has come.
func (x *stream) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:        func(string) { x.connected.Store(false) }, // again, where a request is repeated
		GotConn:        func(httptrace.GotConnInfo) { x.connected.Store(true) },
		Got1xxResponse: x.gotInterim,
		WroteRequest: func(httptrace.WroteRequestInfo) {
			if x.upload != nil {
				x.upload.written()
			}
		},
	}
}

// notTaken ends a stream whose origin does not take the body of the request. Once the head of the answer has come that counts, and not what
// becomes of the rest of the body.
func (x *stream) notTaken() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.over {
		x.cancel(errNotTaken)
	}
}

// gotInterim hands an interim response on. net/http calls it on the goroutine that reads the connection, and gives up the
// stream when it returns an error.
func (x *stream) gotInterim(status int, h textproto.MIMEHeader) (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer func() {
		if fault := recover(); fault != nil { // on this goroutine it would end the process
			err = fmt.Errorf("BUG: panic while an interim response was handed on: %v", fault)
		}
	}()
	if x.over {
		return errors.New("the stream is over")
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
func (x *stream) headIsOver() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.over = true
}

// accept judges an answer and makes it a Response.
func (x *stream) accept(answer *http.Response) (*Response, error) {
	refuse := func(err error) (*Response, error) {
		failure := x.fail(Broken, err)
		answer.Body.Close()
		return nil, failure
	}
	head, err := incomingHead(x.asked.Head.Method, answer.StatusCode, answer.Header)
	if err != nil {
		return refuse(err)
	}
	head.Major, head.Minor = uint8(answer.ProtoMajor), uint8(answer.ProtoMinor)
	if head.Status == http.StatusSwitchingProtocols {
		return refuse(errNotAsked101) // HTTP/2 has none (RFC 9113 section 8.6)
	}
	body := newStreamBody(x, answer.Body)
	return &Response{Head: head, Body: body, Trailer: func() message.Header { return body.trailer(answer.Trailer) }}, nil
}
