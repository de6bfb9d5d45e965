package story

import (
	"fmt"
	"slices"
	"strings"
)

// request is what "client sends" sends: the block of one command.
type request struct {
	method, target string
	fields         []field
	body           []string // how the script names it
	chunked        bool
	trailers       []field // behind the last chunk
	script         *Script
}

// requestLine is a kind of line in the block of "client sends". It is in the README.
type requestLine struct{ usage, help string }

func requestLines() []requestLine {
	return []requestLine{
		{"Name: value", "a field of the request; `Host: example.org` and the framing are added unless they are given"},
		{"body CONTENT", "its body"},
		{"chunked", "frame the body in chunks"},
		{"trailer Name: value", "send this field behind the last chunk"},
	}
}

func parseRequest(s *Script, method, target string, block []line) (*request, error) {
	r := &request{method: method, target: target, script: s}
	for _, l := range block {
		f, isField := fieldLine(l.text)
		verb, rest, _ := strings.Cut(l.text, " ")
		switch {
		case isField:
			r.fields = append(r.fields, f)
		case verb == "body":
			words, err := split(rest)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", l.number, err)
			}
			r.body = words
		case verb == "trailer":
			behind, ok := fieldLine(strings.TrimSpace(rest))
			if !ok {
				return nil, fmt.Errorf("line %d: %q is not a field", l.number, rest)
			}
			r.trailers = append(r.trailers, behind)
		case l.text == "chunked":
			r.chunked = true
		default:
			return nil, fmt.Errorf("line %d: %q is not a part of a request", l.number, l.text)
		}
	}
	return r, nil
}

// head returns the head as it goes out.
func (r *request) head(c *client) (string, error) {
	h := head{fields: slices.Clone(r.fields)}
	if !h.has("Host") {
		h.fields = slices.Insert(h.fields, 0, field{"Host", "example.org"})
	}
	switch {
	case r.chunked && !h.has("Transfer-Encoding"):
		h.fields = append(h.fields, field{"Transfer-Encoding", "chunked"})
	case r.body != nil && !r.chunked && !h.has("Content-Length"):
		b, err := r.script.content(r.body, c.variables())
		if err != nil {
			return "", err
		}
		h.fields = append(h.fields, field{"Content-Length", fmt.Sprint(b.length())})
	}
	v := c.variables()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.method, v.expand(r.target))
	for _, f := range h.fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, v.expand(f.value))
	}
	return b.String() + "\r\n", nil
}

// writeBody sends the body, in one chunk if it goes in chunks.
func (r *request) writeBody(c *client) error {
	if r.body == nil {
		return nil
	}
	b, err := r.script.content(r.body, c.variables())
	if err != nil {
		return err
	}
	if r.chunked && b.length() > 0 {
		if err := c.say(fmt.Sprintf("%x\r\n", b.length())); err != nil {
			return err
		}
	}
	if err := b.write(c.conn, 0); err != nil {
		return err
	}
	if !r.chunked {
		return nil
	}
	end := lastChunk(r.trailers, c.variables())
	if b.length() > 0 {
		end = "\r\n" + end
	}
	return c.say(end)
}
