package rules

import (
	"fmt"
	"path"
	"strings"
	"time"

	"lacquer/message"
)

// longestFile is how many bytes a file may have that respond sends: it stays in memory as long as the rules do.
const longestFile = 1 << 20

// contentTypes are the types of files by the ends of their names. The machine's own table would make rules mean different things on different
// machines.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".json": "application/json", ".xml": "application/xml", ".svg": "image/svg+xml", ".png": "image/png",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".ico": "image/x-icon", ".pdf": "application/pdf",
}

func compileRespond(c *compiler, n *Node, step Step) (deed, bool) {
	fields, ok := c.fields(n, "respond", "status", "headers", "body", "file")
	if !ok {
		return deed{}, false
	}
	a := answer{step: step}
	if one := fields["status"]; one != nil {
		a.status, ok = c.status(one, 200, 599)
	}
	if one := fields["headers"]; one != nil {
		lines, fine := c.fieldLines(one, "headers", step)
		a.fieldLines, ok = lines, ok && fine
	}
	if one := fields["file"]; one != nil {
		ok = c.file(one, &a) && ok
		if fields["body"] != nil {
			c.problem(one.Position, "file and body exclude each other", "keep one of them")
			ok = false
		}
	} else if one := fields["body"]; one != nil {
		body, fine := c.value(one, step, anyText)
		a.texts = append(a.texts, body)
		a.text, ok = true, ok && fine
		a.contentType = typeOfText(one.Text)
	}
	return deed{texts: a.texts, do: a.give}, ok
}

// answer is a compiled respond.
type answer struct {
	step        Step
	fieldLines       // behind the values of the fields stands that of the body, if text
	status      int  // 0 for the one that suits
	text        bool // the body is a template
	file        []byte
	contentType string // for where no field says it; "" without a body
}

func (c *compiler) file(n *Node, a *answer) bool {
	if n.Kind != Scalar || n.Text == "" {
		c.problem(n.Position, "file wants the name of a file", "")
		return false
	}
	if c.readFile == nil {
		c.problem(n.Position, "files cannot be read here", "write the text in body:")
		return false
	}
	content, err := c.readFile(n.Text)
	if err == nil && len(content) > longestFile {
		err = fmt.Errorf("it has %d bytes, more than %d", len(content), longestFile)
	}
	if err != nil {
		c.problem(n.Position, fmt.Sprintf("file %q: %v", n.Text, err), "")
		return false
	}
	a.file = content
	if a.contentType = contentTypes[strings.ToLower(path.Ext(n.Text))]; a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	return true
}

// typeOfText tells a page from plain text by how it begins.
func typeOfText(body string) string {
	start := strings.ToLower(strings.TrimSpace(body))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

func (a *answer) give(t *turn, texts []string, _ []time.Duration) {
	given := &Answer{Status: a.status, Body: a.file}
	if given.Status == 0 {
		given.Status = 200
		if a.step == Error { // there is a response already, whose status says what went wrong
			given.Status = t.Resp.Status
		}
	}
	for i, name := range a.names {
		given.Headers.Add(name, strings.Trim(texts[i], " \t"))
	}
	if a.text {
		given.Body = []byte(texts[len(a.names)])
	}
	if a.contentType != "" && !given.Headers.Has("Content-Type") {
		given.Headers.Add("Content-Type", a.contentType)
	}
	t.effects.Respond = given
	if t.effects.Trace {
		t.changed("respond ", fmt.Sprint(given.Status))
	}
}

func compileRedirect(c *compiler, n *Node, step Step) (deed, bool) {
	to, status, ok := n, 302, true
	if n.Kind == Map {
		fields, fine := c.fields(n, "redirect", "to", "status")
		if !fine {
			return deed{}, false
		}
		if to = fields["to"]; to == nil {
			c.problem(n.Position, "the redirect leads nowhere", "write {to: URL, status: 308}")
			return deed{}, false
		}
		if one := fields["status"]; one != nil {
			status, ok = c.redirectStatus(one)
		}
	}
	location, fine := c.value(to, step, inLocation)
	return deed{texts: []value{location}, do: func(t *turn, texts []string, _ []time.Duration) {
		t.effects.Respond = &Answer{Status: status, Headers: message.Header{{Name: "Location", Value: texts[0]}}}
		t.changed("redirect to ", texts[0])
	}}, ok && fine
}

func (c *compiler) redirectStatus(n *Node) (int, bool) {
	switch n.Text {
	case "301", "302", "303", "307", "308":
		return c.status(n, 301, 308)
	}
	c.problem(n.Position, fmt.Sprintf("%q is no status of a redirect", n.Text), "301 and 308 are for good, 302, 303 and 307 for now; 307 and 308 keep the method")
	return 0, false
}

func compileRestart(c *compiler, n *Node, step Step) (deed, bool) {
	if n.Kind == Scalar {
		return deed{do: func(t *turn, _ []string, _ []time.Duration) {
			t.effects.Restart = &Restart{}
			t.changed("restart")
		}}, c.flag(n, "restart")
	}
	fields, ok := c.fields(n, "restart", "url", "set")
	if !ok {
		return deed{}, false
	}
	var lines fieldLines
	if one := fields["set"]; one != nil {
		lines, ok = c.fieldLines(one, "set", step)
	}
	texts := lines.texts
	hasURL := fields["url"] != nil
	if hasURL {
		url, fine := c.value(fields["url"], step, inURL)
		texts, ok = append(texts, url), ok && fine
	}
	return deed{texts: texts, do: func(t *turn, texts []string, _ []time.Duration) {
		again := &Restart{}
		for i, name := range lines.names {
			again.Set.Add(name, strings.Trim(texts[i], " \t"))
		}
		if hasURL {
			again.URL = texts[len(texts)-1]
		}
		t.effects.Restart = again
		t.changed("restart ", again.URL)
	}}, ok
}
