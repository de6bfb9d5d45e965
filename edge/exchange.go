package edge

import (
	"strings"
	"sync"

	"lacquer/message"
	"lacquer/proxy"
)

const (
	// outputSize is how many bytes of responses are gathered before they are sent.
	outputSize = 16 << 10
	// largest is the size of a buffer that is kept for another request.
	largest = 64 << 10
)

// exchange is what a connection of HTTP/1 needs while a request is on its way: buffers, and the room for all that a hit needs, so
// that it allocates nothing. An idle connection has none.
type exchange struct {
	in       input
	head     message.Request // its strings are views of in
	request  proxy.Request
	response response
	presence *presence
	entry    Entry
	lasting  strings.Builder // strings that others may keep: ids of requests
}

// exchanges keeps those that are not in use, for all servers.
var exchanges = sync.Pool{New: func() any {
	x := &exchange{in: input{room: make([]byte, inputSize)}, presence: new(presence)}
	x.response.out = make([]byte, 0, outputSize)
	x.head.Header = make(message.Header, 0, 32)
	return x
}}

// giveBack makes an exchange over to the next who needs one. Nothing that was handed out of it may be in use any more.
func (x *exchange) giveBack() {
	if len(x.in.room) > largest || cap(x.response.out) > largest || cap(x.head.Header) > 4*message.DefaultLimits.Fields {
		return
	}
	x.in.start, x.in.end, x.in.kept = 0, 0, 0
	x.response.reset()
	x.request = proxy.Request{}
	x.entry = Entry{}
	exchanges.Put(x)
}

// last returns text as a string that is valid for ever. It comes out of a block that many share, as most live only as long as
// their request.
func (x *exchange) last(text string) string {
	const block = 2 << 10
	if x.lasting.Cap()-x.lasting.Len() < len(text) {
		x.lasting = strings.Builder{}
		x.lasting.Grow(max(block, len(text)))
	}
	at := x.lasting.Len()
	x.lasting.WriteString(text)
	return x.lasting.String()[at:]
}

// overwriting is set by tests: what is over is then overwritten at once, so that who keeps a view of it is found out.
var overwriting = false

// over ends a request: its bytes may be used for others.
func (x *exchange) over() {
	if overwriting {
		clear(x.in.room[:x.in.kept])
	}
	x.in.release()
}
