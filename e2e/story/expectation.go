package story

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// expectationLine is a kind of line in the block of "client gets" and "origin saw". It is in the README.
type expectationLine struct{ usage, help string }

func expectationLines() []expectationLine {
	return []expectationLine{
		{"Name: value", "the field is there with exactly this value; several lines of a name count as one, joined by commas"},
		{"Name ~ REGEXP", "the field matches"},
		{"Name !~ REGEXP", "the field is not there or does not match"},
		{"has Name", "the field is there"},
		{"no Name", "the field is not there"},
		{"trailer LINE", "any of these lines, of a field that came behind the body: `trailer Name: value`, `trailer no Name`"},
		{"body CONTENT", "the body is this"},
		{"body ~ REGEXP", "the body matches"},
		{"elapsed SPAN", "from the request to the end of the response (of its head, for `gets head`): `700ms`, `700ms..900ms`, `under 1s`, `at least 1s`; only for clients"},
		{"cut", "the body did not come to its end; only for clients"},
	}
}

// expectations are the lines of a block.
type expectations struct {
	lines []line
	cut   bool // cut is among them
}

func parseExpectations(block []line) expectations {
	e := expectations{}
	for _, l := range block {
		if l.text == "cut" {
			e.cut = true
			continue
		}
		e.lines = append(e.lines, l)
	}
	return e
}

// understood says whether all lines can be expected of something.
func (e expectations) understood() error {
	for _, l := range e.lines {
		c, err := parseCondition(l.text, nil)
		if err == nil && c == nil && !strings.HasPrefix(l.text, "body ") && !strings.HasPrefix(l.text, "elapsed ") {
			err = fmt.Errorf("%q cannot be expected", l.text)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", l.number, err)
		}
	}
	return nil
}

// subject is what is looked at: a message of a client or of the origin.
type subject struct {
	head    *head
	body    *body
	elapsed time.Duration // negative where time says nothing
}

// check returns the first expectation that a message does not meet.
func (e expectations) check(s *Script, v variables, m subject) error {
	for _, l := range e.lines {
		if err := m.meets(s, v, l.text); err != nil {
			return fmt.Errorf("line %d: %w in\n%s", l.number, err, m.head)
		}
	}
	return nil
}

func (m subject) meets(s *Script, v variables, text string) error {
	c, err := parseCondition(text, v)
	if err != nil {
		return err
	}
	if c != nil {
		return c(m.head)
	}
	words, err := split(text)
	if err != nil {
		return err
	}
	switch {
	case words[0] == "elapsed" && m.elapsed >= 0:
		want, err := parseSpan(words[1:])
		if err == nil && !want.holds(m.elapsed) {
			err = fmt.Errorf("it took %v, want %s", m.elapsed, strings.Join(words[1:], " "))
		}
		return err
	case words[0] == "body" && m.body != nil && len(words) > 2 && words[1] == "~":
		return m.bodyMatches(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text[len("body"):]), "~")))
	case words[0] == "body" && m.body != nil:
		want, err := s.content(words[1:], v)
		if err != nil {
			return err
		}
		return m.body.is(want)
	}
	return fmt.Errorf("%q cannot be expected here", text)
}

func (m subject) bodyMatches(expression string) error {
	re, err := regexp.Compile(expression)
	if err != nil {
		return err
	}
	if !re.Match(m.body.kept.Bytes()) {
		return fmt.Errorf("the body %s does not match %s", shorten(m.body.kept.String()), expression)
	}
	return nil
}

// next waits for the next response: its head, and with whole all of it. Interim responses are skipped unless one is asked for.
func (c *client) next(status int, whole bool) (*response, error) {
	if c.inbox == nil {
		return nil, fmt.Errorf("it has sent nothing yet")
	}
	var found *response
	look := func() bool {
		for c.taken < len(c.inbox.responses) {
			r := c.inbox.responses[c.taken]
			if r.status < 200 && r.status != 101 && r.status != status {
				c.taken++
				continue
			}
			found = r
			return !whole || r.done
		}
		return c.inbox.ended != nil
	}
	patience := c.story.patience
	if !c.inbox.await(patience, look) {
		c.inbox.mu.Lock()
		defer c.inbox.mu.Unlock()
		if found != nil {
			return nil, fmt.Errorf("the body did not end within %v: %d bytes have come", patience, found.body.length)
		}
		return nil, fmt.Errorf("no response within %v", patience)
	}
	if found == nil {
		return nil, fmt.Errorf("no response: the connection ended with %v", c.inbox.ended)
	}
	c.taken++
	c.current, c.at = found, 0
	return found, nil
}

// gets waits for a whole response and compares it.
func (c *client) gets(status int, e expectations) error {
	r, err := c.next(status, true)
	if err != nil {
		return err
	}
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	switch {
	case r.status != status:
		return fmt.Errorf("got\n%s\n\n%s", r.head, shorten(r.body.kept.String()))
	case e.cut && r.failed == nil:
		return fmt.Errorf("the body came whole, with %d bytes", r.body.length)
	case !e.cut && r.failed != nil:
		return fmt.Errorf("the body is not whole: %w", r.failed)
	}
	c.at = r.body.length
	return e.check(c.story.script, c.variables(), subject{r.head, &r.body, r.doneAt.Sub(r.asked)})
}

// getsHead waits for the head of a response and compares it.
func (c *client) getsHead(status int, e expectations) error {
	r, err := c.next(status, false)
	if err != nil {
		return err
	}
	if r.status != status {
		return fmt.Errorf("got\n%s", r.head)
	}
	return e.check(c.story.script, c.variables(), subject{head: r.head, elapsed: r.headAt.Sub(r.asked)})
}

// reads waits for the next bytes of the body and compares them.
func (c *client) reads(want content) error {
	if c.current == nil {
		return fmt.Errorf("it looks at no response: say `gets head` before")
	}
	r := c.current
	until := c.at + want.length()
	arrived := c.inbox.await(c.story.patience, func() bool { return r.body.length >= until || r.done })
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	if !arrived || r.body.length < until {
		return fmt.Errorf("%d bytes of the body came, want %d (ended: %v, %v)", r.body.length, until, r.done, r.failed)
	}
	if err := r.body.holds(want, c.at); err != nil {
		return err
	}
	c.at = until
	return nil
}

// ends waits for the end of the body and says whether it was the right one.
func (c *client) ends(cut bool) error {
	if c.current == nil {
		return fmt.Errorf("it looks at no response: say `gets head` before")
	}
	r := c.current
	if !c.inbox.await(c.story.patience, func() bool { return r.done }) {
		return fmt.Errorf("the body did not end within %v", c.story.patience)
	}
	switch {
	case cut && (r.failed == nil || r.failed == io.EOF):
		return fmt.Errorf("the body came whole, with %d bytes", r.body.length)
	case !cut && r.failed != nil && r.failed != io.EOF:
		return fmt.Errorf("the body is not whole: %w", r.failed)
	case !cut && r.body.length != c.at:
		return fmt.Errorf("%d bytes more came than were read", r.body.length-c.at)
	}
	return nil
}

// gotNothing says whether something came that the script has not looked at.
func (c *client) gotNothing() error {
	if c.inbox == nil {
		return nil
	}
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	switch {
	case c.taken < len(c.inbox.responses):
		return fmt.Errorf("a response came:\n%s", c.inbox.responses[c.taken].head)
	case c.current != nil && c.current.body.length > c.at:
		return fmt.Errorf("%d bytes came", c.current.body.length-c.at)
	case c.inbox.ended != nil:
		return fmt.Errorf("the connection ended with %v", c.inbox.ended)
	}
	return nil
}

// isClosed waits for the end of the connection.
func (c *client) isClosed() error {
	if c.inbox == nil {
		return fmt.Errorf("it never had a connection")
	}
	if !c.inbox.await(c.story.patience, func() bool { return c.inbox.ended != nil }) {
		return fmt.Errorf("the connection is still there after %v", c.story.patience)
	}
	return nil
}
