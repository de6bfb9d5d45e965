package edge

import (
	"errors"

	"lacquer/message"
	"lacquer/proxy"
)

var (
	errShort = errors.New("the response ended before its declared length")
	errLong  = errors.New("the response is longer than it was declared")
)

// progress is how far a response has come, over whatever protocol.
type progress struct {
	begun    bool    // the final head was handed over
	aborted  bool    // the client must see a cut
	bodyless bool    // there is no body, by method or status
	declared int64   // length of the body, Unknown if none was declared
	written  int64   // bytes of the body that were sent
	tunnel   *tunnel // the connection that was handed over, or nil
}

// responder is a proxy.Writer as this package wants it.
type responder interface {
	proxy.Writer
	progress() *progress
	// refuses is called before the head of a response that turns the request away.
	refuses()
}

// begin notes what a final head says. method is that of the request.
func (p *progress) begin(method string, head *message.Response) {
	p.begun = true
	p.declared = head.Length
	p.bodyless = !message.HasBody(method, head.Status)
}

// accept judges whether n more bytes may follow.
func (p *progress) accept(n int) error {
	if !p.begun {
		panic("BUG: a body before its head")
	}
	if !p.bodyless && p.declared != message.Unknown && int64(n) > p.declared-p.written {
		p.aborted = true
		return errLong
	}
	return nil
}

// finish judges whether a body may end.
func (p *progress) finish() error {
	if !p.begun {
		panic("BUG: the end of a response without a head")
	}
	if !p.bodyless && p.declared != message.Unknown && p.written < p.declared {
		p.aborted = true
		return errShort
	}
	return nil
}
