package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// flag accepts true and nothing else: an action that is not wanted is left out.
func (c *compiler) flag(n *Node, name string) bool {
	if n.Kind == Scalar && n.Text == "true" {
		return true
	}
	c.problem(n.Position, name+" is true or left out", "")
	return false
}

// fields looks at a map whose keys are known, and returns the values by key. What is no map or has an unknown key is reported.
func (c *compiler) fields(n *Node, of string, known ...string) (values map[string]*Node, ok bool) {
	if n.Kind != Map {
		c.problem(n.Position, fmt.Sprintf("%s wants a map, not a %s", of, n.Kind.name()), "write {"+known[0]+": ...}")
		return nil, false
	}
	values, ok = make(map[string]*Node), true
	for i := range n.Fields {
		f := &n.Fields[i]
		if values[f.Name.Text] = &f.Value; !slices.Contains(known, f.Name.Text) {
			c.problem(f.Name.Position, fmt.Sprintf("%s knows no %q", of, f.Name.Text), didYouMean(f.Name.Text, known))
			ok = false
		}
	}
	if len(n.Fields) == 0 {
		c.problem(n.Position, of+" is empty", "write {"+known[0]+": ...}")
		ok = false
	}
	return values, ok
}

// items returns the scalars of a list; one scalar stands for the list of itself.
func (c *compiler) items(n *Node, of string) (list []*Node, ok bool) {
	switch n.Kind {
	case Scalar:
		return []*Node{n}, true
	case List:
		ok = len(n.Items) > 0
		if !ok {
			c.problem(n.Position, of+" is an empty list", "")
		}
		for i := range n.Items {
			if n.Items[i].Kind != Scalar {
				c.problem(n.Items[i].Position, of+" wants texts, not a "+n.Items[i].Kind.name(), "")
				ok = false
				continue
			}
			list = append(list, &n.Items[i])
		}
		return list, ok
	}
	c.problem(n.Position, of+" wants a list, not a "+n.Kind.name(), "write [value, value]")
	return nil, false
}

// values compiles a list of templates.
func (c *compiler) values(n *Node, of string, step Step, fits fit) (list []value, ok bool) {
	nodes, ok := c.items(n, of)
	for _, one := range nodes {
		compiled, fine := c.value(one, step, fits)
		list, ok = append(list, compiled), ok && fine
	}
	return list, ok
}

// patterns reads a list of names with stars.
func (c *compiler) patterns(n *Node, of string) (texts []string, ok bool) {
	nodes, ok := c.items(n, of)
	for _, one := range nodes {
		switch {
		case one.Text == "":
			c.problem(one.Position, "an empty name matches nothing", "")
			ok = false
		case strings.Contains(one.Text, "{{"):
			c.problem(one.Position, of+" wants constant names, not expressions", "a star stands for any text")
			ok = false
		}
		texts = append(texts, one.Text)
	}
	return texts, ok
}

// status compiles a status code of one of our own answers.
func (c *compiler) status(n *Node, lowest, highest int) (int, bool) {
	status, err := strconv.Atoi(n.Text)
	if n.Kind != Scalar || err != nil || status < lowest || status > highest {
		c.problem(n.Position, fmt.Sprintf("%q is no status between %d and %d", n.Text, lowest, highest), "")
		return 0, false
	}
	return status, true
}

// fieldLines is a map of field names and values.
type fieldLines struct {
	names []string
	texts []value
}

func (c *compiler) fieldLines(n *Node, of string, step Step) (lines fieldLines, ok bool) {
	if n.Kind != Map || len(n.Fields) == 0 {
		c.problem(n.Position, of+" wants a map of fields", "write {Name: value}")
		return fieldLines{}, false
	}
	ok = true
	for i := range n.Fields {
		f := &n.Fields[i]
		named := c.fieldName(&f.Name)
		compiled, fine := c.value(&f.Value, step, inField)
		lines.names = append(lines.names, f.Name.Text)
		lines.texts = append(lines.texts, compiled)
		ok = ok && named && fine
	}
	return lines, ok
}
