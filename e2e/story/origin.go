package story

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"lacquer/internal/memnet"
)

// originAddress is where the origin listens: what a story's configuration names as its backend.
const originAddress = "origin:80"

// origin is the site behind the proxy. It answers as the script says, and fails the story when it is asked for something else.
type origin struct {
	story *Story

	mu       sync.Mutex // protects what follows
	listener net.Listener
	conns    map[*memnet.Conn]bool
	answers  []*answer
	used     map[*answer]int // how often the row that begins with this answer was used
	requests []*received
	running  sync.WaitGroup
}

// received is a request as it came to the origin.
type received struct {
	*head
	method, target string
	body           body
	count          int // which it is of those with the same method and target, from 1
}

func newOrigin(s *Story) *origin {
	return &origin{story: s, conns: map[*memnet.Conn]bool{}, used: map[*answer]int{}}
}

// start begins to listen.
func (o *origin) start() error {
	l, err := o.story.network.Listen("tcp", originAddress)
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.listener = l
	o.mu.Unlock()
	o.running.Go(func() { o.accept(l) })
	return nil
}

// stop refuses connections from now on and resets those that are there.
func (o *origin) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.listener != nil {
		_ = o.listener.Close() // the only error is that it was closed before
		o.listener = nil
	}
	for c := range o.conns {
		c.Reset()
	}
}

func (o *origin) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // stopped
		}
		conn := c.(*memnet.Conn)
		o.mu.Lock()
		o.conns[conn] = true
		o.mu.Unlock()
		o.running.Go(func() { o.serve(conn) })
	}
}

// serve answers the requests of one connection.
func (o *origin) serve(c *memnet.Conn) {
	defer func() {
		_ = c.Close() // it may have been reset
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.conns, c)
	}()
	r := bufio.NewReader(c)
	for {
		request, err := o.receive(c, r)
		if err != nil {
			if !errors.Is(err, errLeft) {
				o.story.fail("origin: %v", err)
			}
			return
		}
		a := o.choose(request)
		if a == nil {
			o.story.fail("origin: nothing was said about\n%s", request.head)
			return
		}
		p := &performance{origin: o, conn: c, reader: r, request: request, answer: a, plan: a.plan}
		if err := p.play(); err != nil {
			if !errors.Is(err, errLeft) {
				o.story.fail("origin, answering %s: %v", request.first, err)
			}
			return
		}
		if p.plan.last {
			return
		}
	}
}

// errLeft is the end of a connection by the other side, which is its right.
var errLeft = errors.New("the other end has left")

// receive reads a request with its body and counts it.
func (o *origin) receive(c *memnet.Conn, r *bufio.Reader) (*received, error) {
	if _, err := r.Peek(1); err != nil {
		return nil, errLeft
	}
	h, err := readHead(r)
	if err != nil {
		return nil, fmt.Errorf("the request is broken: %w", err)
	}
	parts := strings.Split(h.first, " ")
	if len(parts) != 3 || parts[2] != "HTTP/1.1" {
		return nil, fmt.Errorf("%q is not the first line of a request", h.first)
	}
	request := &received{head: h, method: parts[0], target: parts[1]}
	o.count(request)
	o.story.note("origin", "asked for %s %s", request.method, request.target)
	if strings.EqualFold(h.get("Expect"), "100-continue") {
		if _, err := c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
			return nil, errLeft
		}
	}
	if err := readBody(&request.body, r, h, false); err != nil {
		o.story.note("origin", "the body of %s %s: %v", request.method, request.target, err)
		return nil, errLeft
	}
	return request, nil
}

func (o *origin) count(r *received) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r.count = 1
	for _, before := range o.requests {
		if before.method == r.method && before.target == r.target {
			r.count++
		}
	}
	o.requests = append(o.requests, r)
}

// saw returns the requests with this method and target.
func (o *origin) saw(method, target string) []*received {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []*received
	for _, r := range o.requests {
		if r.method == method && targetMatches(target, r.target) {
			found = append(found, r)
		}
	}
	return found
}

// add puts an answer behind those for the same requests; instead takes them away before.
func (o *origin) add(a *answer, instead bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if instead {
		kept := o.answers[:0:0]
		for _, b := range o.answers {
			if !a.follows(b) {
				kept = append(kept, b)
			}
		}
		o.answers = kept
	}
	o.answers = append(o.answers, a)
}

// choose picks the answer to a request: of the rows of answers that cover it, one with the most conditions, of those the latest; in
// the row each is used once, the last again and again. It returns nil where none covers it.
func (o *origin) choose(r *received) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	var best *answer
	for _, a := range o.answers {
		if a.covers(r) && (best == nil || len(a.conditions) >= len(best.conditions)) {
			best = a
		}
	}
	if best == nil {
		return nil
	}
	var row []*answer
	for _, a := range o.answers {
		if a.follows(best) {
			row = append(row, a)
		}
	}
	at := o.used[row[0]]
	o.used[row[0]]++
	return row[min(at, len(row)-1)]
}
