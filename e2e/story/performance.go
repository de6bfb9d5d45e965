package story

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lacquer/internal/memnet"
)

// performance is one answer being given to one request.
type performance struct {
	origin  *origin
	conn    *memnet.Conn
	reader  *bufio.Reader
	request *received
	answer  *answer

	plan     plan
	headSent bool
	raw      bool  // bytes go out as they are: after raw or an upgrade
	at       int64 // bytes of the body that were sent
}

// play goes through the steps in order. It returns errLeft when the connection is at its end.
func (p *performance) play() error {
	if err := p.measure(); err != nil {
		return err
	}
	for _, st := range p.answer.steps {
		if err := p.perform(st); err != nil {
			return err
		}
	}
	if p.raw {
		return nil
	}
	if err := p.sendHead(); err != nil {
		return err
	}
	if p.plan.chunked && p.hasBody() {
		return p.write(lastChunk(p.plan.trailers, p.variables()))
	}
	return nil
}

// lastChunk returns the end of a body in chunks, with its trailers.
func lastChunk(trailers []field, v variables) string {
	text := "0\r\n"
	for _, f := range trailers {
		text += f.name + ": " + v.expand(f.value) + "\r\n"
	}
	return text + "\r\n"
}

// measure finds out what Content-Length is, where it was not given: everything that the steps send.
func (p *performance) measure() error {
	if p.plan.length >= 0 {
		return nil
	}
	p.plan.length = 0
	for _, st := range p.answer.steps {
		if st.verb == "body" || st.verb == "send" {
			c, err := p.content(st)
			if err != nil {
				return err
			}
			p.plan.length += c.length()
		}
	}
	return nil
}

func (p *performance) perform(st step) error {
	switch st.verb {
	case "after":
		return p.wait(st.rest)
	case "sync":
		return p.origin.story.meet(st.rest)
	case "interim":
		return p.interim(st)
	case "head":
		return p.sendHead()
	case "body", "send":
		return p.sendPiece(st)
	case "raw":
		p.raw = true
		text, err := unquote(st.rest)
		if err != nil {
			return err
		}
		return p.write(text)
	case "cut":
		return errLeft
	case "reset":
		p.conn.Reset()
		return errLeft
	case "hang":
		_, _ = p.reader.Peek(1) // whatever comes, nothing more is said
		return errLeft
	case "upgrade":
		return p.upgrade(st.rest)
	case "expect":
		return p.expect(st)
	case "echo":
		_, _ = io.Copy(p.conn, p.reader)
		return errLeft
	}
	panic("BUG: a step of an answer that is read but not performed: " + st.verb)
}

func (p *performance) wait(duration string) error {
	d, err := time.ParseDuration(duration)
	if err != nil {
		return err
	}
	return p.origin.story.pause(d)
}

// variables are what the texts of an answer may hold.
func (p *performance) variables() variables {
	v := variables{"count": strconv.Itoa(p.request.count)}
	for _, f := range p.request.fields {
		v["request."+strings.ToLower(f.name)] = p.request.get(f.name)
	}
	return v
}

func (p *performance) content(st step) (content, error) {
	return p.origin.story.script.content(st.args, p.variables())
}

func (p *performance) interim(st step) error {
	code, rest, _ := strings.Cut(st.rest, " ")
	text := "HTTP/1.1 " + code + " Interim\r\n"
	if rest != "" {
		text += rest + "\r\n"
	}
	return p.write(text + "\r\n")
}

func (p *performance) upgrade(protocol string) error {
	p.raw = true
	head := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n"
	for _, f := range p.plan.fields {
		head += f.name + ": " + p.variables().expand(f.value) + "\r\n"
	}
	return p.write(head + "\r\n")
}

func (p *performance) expect(st step) error {
	want, err := p.content(st)
	if err != nil {
		return err
	}
	var got body
	if err := copyExactly(&got, p.reader, want.length()); err != nil {
		return fmt.Errorf("expecting %s: %w", want, err)
	}
	return got.is(want)
}

// hasBody says whether bytes of a body may be sent at all (RFC 9110 section 6.4.1).
func (p *performance) hasBody() bool {
	return p.request.method != "HEAD" && p.plan.status >= 200 && p.plan.status != 204 && p.plan.status != 304
}

func (p *performance) sendHead() error {
	if p.headSent {
		return nil
	}
	p.headSent = true
	reason := p.plan.reason
	if reason == "" {
		reason = http.StatusText(p.plan.status)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", p.plan.status, reason)
	v := p.variables()
	for _, f := range p.fields() {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, v.expand(f.value))
	}
	b.WriteString("\r\n")
	return p.write(b.String())
}

// fields are those of the script and those that an origin adds by itself.
func (p *performance) fields() []field {
	h := head{fields: slices.Clone(p.plan.fields)}
	add := func(name, value string) {
		if !h.has(name) && !slices.Contains(p.plan.without, name) {
			h.fields = append(h.fields, field{name, value})
		}
	}
	add("Date", "{date}")
	if p.plan.last {
		add("Connection", "close")
	}
	switch {
	case p.plan.status == 204 || p.plan.status == 304 || p.plan.untilClose:
	case p.plan.chunked:
		add("Transfer-Encoding", "chunked")
	default:
		add("Content-Length", strconv.FormatInt(p.plan.length, 10))
	}
	return h.fields
}

func (p *performance) sendPiece(st step) error {
	c, err := p.content(st)
	if err != nil {
		return err
	}
	if !p.raw {
		if err := p.sendHead(); err != nil {
			return err
		}
		if !p.hasBody() {
			return nil
		}
	}
	chunked := p.plan.chunked && !p.raw && c.length() > 0
	if chunked {
		if err := p.write(fmt.Sprintf("%x\r\n", c.length())); err != nil {
			return err
		}
	}
	if err := c.write(p.conn, p.at); err != nil {
		return errLeft
	}
	p.at += c.length()
	if chunked {
		return p.write("\r\n")
	}
	return nil
}

// write sends bytes. That the other end is gone is no fault.
func (p *performance) write(text string) error {
	if _, err := io.WriteString(p.conn, text); err != nil {
		return errLeft
	}
	return nil
}
