package edge

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"time"

	"lacquer/message"
)

// readHead reads the head of a request, whose first bytes have come. It reports whether there is one that may be served; any other has been
// answered then, if it can be.
func (c *connection) readHead() bool {
	x := c.exchange
	x.head.Scheme = c.peer.scheme
	verdict := c.parse()
	if verdict.Outcome == message.Incomplete {
		return false // the client has left
	}
	began := time.Now()
	c.headBy, c.fresh = time.Time{}, false
	x.response.begin(c, &x.head, verdict.KeepAlive)
	if verdict.Outcome != message.Serve {
		c.refuseHead(began, verdict)
		return false
	}
	x.entry = Entry{Time: began, URI: originForm(x.in.unread())}
	x.in.consume(verdict.Size)
	x.in.keep()
	if c.body = nil; verdict.Framing != message.NoBody {
		c.body = &requestBody{connection: c, left: x.head.Length, limit: c.server.limits.Body}
		// RFC 9110 section 10.1.1, and the parser lets no other expectation pass. Whose body has begun does not wait.
		x.response.continues = x.head.Minor > 0 && x.head.Header.Has("Expect") && x.in.empty()
	}
	return true
}

// parse reads on until the bytes are a head, or none. The outcome is Serve or Refuse, or Incomplete if the connection ended before.
func (c *connection) parse() message.Verdict {
	x := c.exchange
	limits := message.Limits{Bytes: c.server.limits.Header}
	var ended error
	for tried := 0; ; {
		unread := x.in.unread()
		if ended != nil || worthParsing(unread, tried, limits.Bytes) {
			verdict := x.head.Parse(unread, limits)
			tried = len(unread)
			switch {
			case verdict.Outcome == message.HandOver:
				return refusal(505, "HTTP/2 is spoken under TLS only")
			case verdict.Outcome == message.Incomplete && errors.Is(ended, os.ErrDeadlineExceeded):
				return refusal(408, "its head did not come in time")
			case verdict.Outcome != message.Incomplete || ended != nil:
				return verdict
			}
		}
		ended = c.readMore()
	}
}

func refusal(status int, why string) message.Verdict {
	return message.Verdict{Outcome: message.Refuse, Status: status, Why: why}
}

// worthParsing reports whether bytes, of which the first tried were no whole head, can be told anything new of: a line has ended, they have doubled, or
// they are as many as a head may have. Who sends a byte at a time would have each parsed again with all before it.
func worthParsing(unread []byte, tried, limit int) bool {
	if len(unread) >= min(2*tried, limit) {
		return true
	}
	for _, b := range unread[tried:] {
		if b == '\n' {
			return true
		}
	}
	return false
}

// readMore reads more of a head, until it is due. Whoever waits for the answer to an earlier request gets it first.
func (c *connection) readMore() error {
	if err := c.flush(); err != nil {
		return err
	}
	if c.headBy.IsZero() {
		c.headBy = time.Now().Add(c.server.limits.HeaderTime)
		c.readBy(c.headBy)
	}
	in := &c.exchange.in
	in.grow(1)
	n, err := c.conn.Read(in.tail())
	if in.end += n; n > 0 {
		return nil
	}
	return err
}

// flush sends what was gathered of responses.
func (c *connection) flush() error {
	return c.exchange.response.Flush()
}

// originForm returns the target of a head that was parsed, as it stands there, if it is path and query; else "".
func originForm(head []byte) string {
	if _, target, _ := requestLine(head); target[0] == '/' {
		return target
	}
	return ""
}

// requestLine returns the parts of the first line, as far as it has them, as views of head.
func requestLine(head []byte) (method, target, version string) {
	for len(head) > 0 && (head[0] == '\r' || head[0] == '\n') {
		head = head[1:]
	}
	if end := bytes.IndexByte(head, '\n'); end >= 0 {
		head = head[:end]
	}
	method, target, _ = strings.Cut(view(head), " ")
	target, version, _ = strings.Cut(target, " ")
	version = strings.TrimSuffix(version, "\r")
	return method, target, version
}
