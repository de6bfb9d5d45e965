package origin

import (
	"time"

	"lacquer/message"
)

// arm gives a connection the time that an exchange has: for the request to be taken, and for the head of the answer.
func (c *connection) arm(limits Timeouts) error {
	now := time.Now()
	if limits.FirstByte == limits.BetweenBytes {
		return c.SetDeadline(now.Add(limits.FirstByte))
	}
	if err := c.SetReadDeadline(now.Add(limits.FirstByte)); err != nil {
		return err
	}
	return c.SetWriteDeadline(now.Add(limits.BetweenBytes))
}

// send writes a request without a body, or begins to write one with a body.
func (x *exchange) send() error {
	if hasBody(x.asked) {
		x.upload = startUpload(x)
		return nil
	}
	_, err := x.conn.Write(appendHead(x.buffer, x.backend.location.path(x.asked.Head.Path), x.asked))
	return err
}

// appendHead prints the head of r with another path into an empty buffer. Its framing is what Length and Body say: fields that tell
// it, or announce what a body may bring, come from whoever asks and are not ours to repeat.
func appendHead(room *buffer, path string, r *Request) []byte {
	head := *r.Head
	head.Path = path
	if !hasBody(r) {
		head.Length = 0
	}
	fields := room.fields[:0]
	for _, f := range r.Head.Header {
		if !isFraming(f.Name) && (head.Length != 0 || !message.EqualFold(f.Name, "Expect")) {
			fields = append(fields, f)
		}
	}
	if head.Length == 0 && expectsBody(head.Method) {
		fields = append(fields, message.Field{Name: "Content-Length", Value: "0"})
	}
	head.Header = fields
	text := message.AppendRequest(room.bytes[:0], &head)
	clear(fields)
	room.fields = fields
	if len(text) > len(room.bytes) {
		room.bytes = text[:cap(text)]
	}
	return text
}

func isFraming(name string) bool {
	switch len(name) {
	case len("Trailer"):
		return message.EqualFold(name, "Trailer")
	case len("Content-Length"):
		return message.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return message.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// expectsBody reports whether a method is one of those that say it where they have no body (RFC 9110 section 8.6).
func expectsBody(method string) bool { return method == "POST" || method == "PUT" || method == "PATCH" }
