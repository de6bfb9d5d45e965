package rules

import (
	"strings"
	"time"

	"lacquer/message"
)

// head returns the fields that set, add and unset change at a step.
func head(v *Vars, step Step) *message.Header {
	if step == Request || step == Fetch {
		return &v.Req.Header
	}
	return &v.Resp.Header
}

func compileSet(c *compiler, n *Node, step Step) (deed, bool) {
	return compileFields(c, n, step, "set", (*message.Header).Set)
}

func compileAdd(c *compiler, n *Node, step Step) (deed, bool) {
	return compileFields(c, n, step, "add", (*message.Header).Add)
}

func compileFields(c *compiler, n *Node, step Step, name string, write func(h *message.Header, name, value string)) (deed, bool) {
	lines, ok := c.fieldLines(n, name, step)
	return deed{texts: lines.texts, do: func(t *turn, texts []string, _ []time.Duration) {
		h := head(t.Vars, step)
		for i, value := range texts {
			value = strings.Trim(value, " \t")
			write(h, lines.names[i], value)
			t.changed(name, " ", lines.names[i], ": ", value)
		}
	}}, ok
}

func compileUnset(c *compiler, n *Node, step Step) (deed, bool) {
	nodes, ok := c.items(n, "unset")
	for _, one := range nodes {
		if !strings.Contains(one.Text, "*") {
			ok = c.fieldName(one) && ok
		}
	}
	texts, fine := c.patterns(n, "unset")
	if !ok || !fine {
		return deed{}, false
	}
	names := newFieldPatterns(texts)
	// Patterns spare the framing, which no rule may touch.
	drop := func(f message.Field) bool { return names.has(f.Name) && !isFraming(f.Name) }
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		h := head(t.Vars, step)
		if t.effects.Trace {
			for _, f := range *h {
				if drop(f) {
					t.changed("unset ", f.Name)
				}
			}
		}
		h.DelFunc(drop)
	}}, true
}
