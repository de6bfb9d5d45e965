package story

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// inbox is what comes over one connection of a client. It is read as it comes, so the times are those of arrival, whenever
// the script looks.
type inbox struct {
	mu        sync.Mutex    // protects what follows
	changed   chan struct{} // closed and made anew whenever something comes
	awaited   []question
	responses []*response
	ended     error     // why nothing more comes, io.EOF for an orderly end
	endedAt   time.Time // when that was
	paused    bool
}

// question is a request whose response has not begun.
type question struct {
	method string
	at     time.Time
}

// response is a response as far as it has come. It is protected by its inbox's mu.
type response struct {
	*head
	status int
	asked  time.Time // when its request was sent
	headAt time.Time
	body   body
	done   bool  // nothing more comes of it
	failed error // it is done, but not whole
	doneAt time.Time
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

// asked says that a request with this method was sent now.
func (b *inbox) asked(method string) {
	b.change(func() { b.awaited = append(b.awaited, question{method, time.Now()}) })
}

func (b *inbox) change(alter func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	alter()
	close(b.changed)
	b.changed = make(chan struct{})
}

// over says whether the connection has ended, and how.
func (b *inbox) over() (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended != nil, b.ended
}

// idledAway says whether the connection has ended in good order, and not until some time after its last response.
func (b *inbox) idledAway() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended != io.EOF || len(b.awaited) > 0 || len(b.responses) == 0 {
		return false
	}
	last := b.responses[len(b.responses)-1]
	return last.done && last.failed == nil && b.endedAt.After(last.doneAt)
}

// await waits until a condition holds that look finds under the lock, for as long as patience lasts.
func (b *inbox) await(patience time.Duration, look func() bool) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		b.mu.Lock()
		found, changed := look(), b.changed
		b.mu.Unlock()
		if found {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		}
	}
}

// receive reads responses until the connection ends.
func (b *inbox) receive(c io.Reader) {
	r := bufio.NewReader(pausable{b, c})
	for {
		err := b.receiveOne(r)
		if err != nil {
			b.change(func() { b.ended, b.endedAt = err, time.Now() })
			return
		}
	}
}

func (b *inbox) receiveOne(r *bufio.Reader) error {
	h, err := readHead(r)
	if err != nil {
		return err
	}
	status, err := statusOf(h.first)
	if err != nil {
		return err
	}
	q := question{method: "GET", at: time.Now()}
	resp := &response{head: h, status: status, headAt: time.Now()}
	b.change(func() {
		if len(b.awaited) > 0 {
			q = b.awaited[0]
			if status >= 200 || status == 101 {
				b.awaited = b.awaited[1:]
			}
		}
		resp.asked = q.at
		b.responses = append(b.responses, resp)
	})
	err = b.receiveBody(r, resp, q.method)
	b.change(func() { resp.done, resp.failed, resp.doneAt = true, err, time.Now() })
	return err
}

// receiveBody reads what belongs to a response (RFC 9112 section 6.3).
func (b *inbox) receiveBody(r *bufio.Reader, resp *response, method string) error {
	w := arriving{b, resp}
	switch {
	case resp.status == 101:
		if _, err := io.Copy(w, r); err != nil {
			return err
		}
		return io.EOF
	case method == "HEAD", resp.status < 200, resp.status == 204, resp.status == 304:
		return nil
	}
	untilClose := !resp.has("Content-Length") && !resp.has("Transfer-Encoding")
	return readBody(w, r, resp.head, untilClose)
}

// statusOf reads the first line of a response.
func statusOf(first string) (int, error) {
	parts := strings.SplitN(first, " ", 3)
	if len(parts) == 3 && strings.HasPrefix(parts[0], "HTTP/1.") && len(parts[1]) == 3 {
		if status, err := strconv.Atoi(parts[1]); err == nil {
			return status, nil
		}
	}
	return 0, fmt.Errorf("%q is not the first line of a response", first)
}

// arriving puts pieces of a body into a response.
type arriving struct {
	inbox    *inbox
	response *response
}

func (a arriving) Write(p []byte) (n int, err error) {
	a.inbox.change(func() { n, err = a.response.body.Write(p) })
	return n, err
}

// pausable does not begin to read while its inbox is paused.
type pausable struct {
	inbox *inbox
	io.Reader
}

func (p pausable) Read(b []byte) (int, error) {
	for {
		p.inbox.mu.Lock()
		paused, changed := p.inbox.paused, p.inbox.changed
		p.inbox.mu.Unlock()
		if !paused {
			return p.Reader.Read(b)
		}
		<-changed
	}
}

// pause stops or resumes reading. What is being read at this moment is still taken.
func (b *inbox) pause(on bool) { b.change(func() { b.paused = on }) }
