package rules

import (
	"slices"
	"strings"
	"time"

	"lacquer/policy"
)

func compileTTL(c *compiler, n *Node, step Step) (deed, bool) {
	return compileSpan(c, n, step, "ttl", func(w *policy.Wishes) *policy.Span { return &w.TTL })
}

func compileStaleWhileRevalidate(c *compiler, n *Node, step Step) (deed, bool) {
	return compileSpan(c, n, step, "stale_while_revalidate", func(w *policy.Wishes) *policy.Span { return &w.StaleWhileRevalidate })
}

func compileStaleIfError(c *compiler, n *Node, step Step) (deed, bool) {
	return compileSpan(c, n, step, "stale_if_error", func(w *policy.Wishes) *policy.Span { return &w.StaleIfError })
}

func compileKeep(c *compiler, n *Node, step Step) (deed, bool) {
	return compileSpan(c, n, step, "keep", func(w *policy.Wishes) *policy.Span { return &w.Keep })
}

func compileSpan(c *compiler, n *Node, step Step, name string, of func(*policy.Wishes) *policy.Span) (deed, bool) {
	length, ok := c.duration(n, step)
	return deed{durations: []duration{length}, do: func(t *turn, _ []string, durations []time.Duration) {
		*of(&t.effects.Wishes) = policy.Span{Set: true, Duration: durations[0]}
		if t.effects.Trace {
			t.changed(name, " ", durationText(durations[0]))
		}
	}}, ok
}

func compileStore(c *compiler, n *Node, _ Step) (deed, bool) {
	return compileWill(c, n, "store", func(w *policy.Wishes) *policy.Will { return &w.Store })
}

func compileEarlyRefresh(c *compiler, n *Node, _ Step) (deed, bool) {
	return compileWill(c, n, "early_refresh", func(w *policy.Wishes) *policy.Will { return &w.EarlyRefresh })
}

func compileWill(c *compiler, n *Node, name string, of func(*policy.Wishes) *policy.Will) (deed, bool) {
	will := policy.NoWill
	switch {
	case n.Kind == Scalar && n.Text == "true":
		will = policy.Yes
	case n.Kind == Scalar && n.Text == "false":
		will = policy.No
	default:
		c.problem(n.Position, name+" is true or false", "")
		return deed{}, false
	}
	text := n.Text
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		*of(&t.effects.Wishes) = will
		t.changed(name, " ", text)
	}}, true
}

// compileTags copies the tags that a request makes: they are kept with the object, longer than the bytes that they were cut from.
func compileTags(c *compiler, n *Node, step Step) (deed, bool) {
	tags, ok := c.values(n, "tags", step, inLine)
	return deed{texts: tags, do: func(t *turn, texts []string, _ []time.Duration) {
		for _, tag := range texts {
			if tag != "" {
				t.effects.Tags = append(t.effects.Tags, strings.Clone(tag))
				t.changed("tag ", tag)
			}
		}
	}}, ok
}

func compileRetry(c *compiler, n *Node, step Step) (deed, bool) {
	if n.Kind == Scalar && n.Text == "true" {
		return deed{do: func(t *turn, _ []string, _ []time.Duration) {
			t.effects.Retry = &Retry{}
			t.changed("retry")
		}}, true
	}
	name, ok := c.backendName(n, step)
	known := c.backends
	return deed{texts: []value{name}, do: func(t *turn, texts []string, _ []time.Duration) {
		t.effects.Retry = &Retry{Backend: known[slices.Index(known, texts[0])]}
		t.changed("retry at ", texts[0])
	}}, ok
}

// compileLog copies its text: whoever writes the log may do so when the request is over.
func compileLog(c *compiler, n *Node, step Step) (deed, bool) {
	line, ok := c.value(n, step, anyText)
	return deed{texts: []value{line}, do: func(t *turn, texts []string, _ []time.Duration) {
		if t.Hooks != nil {
			t.Hooks.Log(t.rule.name, strings.Clone(texts[0]))
		}
		t.changed("log ", texts[0])
	}}, ok
}

// compileCount takes a constant name only: names made of requests would make counters without end.
func compileCount(c *compiler, n *Node, _ Step) (deed, bool) {
	if n.Kind != Scalar || n.Text == "" || strings.Trim(strings.ToLower(n.Text), "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		c.problem(n.Position, "the name of a counter is a constant of letters, digits and _", "")
		return deed{}, false
	}
	name := n.Text
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		if t.Hooks != nil {
			t.Hooks.Count(name)
		}
		t.changed("count ", name)
	}}, true
}
