package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lacquer/policy"
)

func compilePass(c *compiler, n *Node, _ Step) (deed, bool) {
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		t.effects.Pass = true
		t.changed("pass")
	}}, c.flag(n, "pass")
}

func compilePipe(c *compiler, n *Node, _ Step) (deed, bool) {
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		t.effects.Pipe = true
		t.changed("pipe")
	}}, c.flag(n, "pipe")
}

func compileBackend(c *compiler, n *Node, step Step) (deed, bool) {
	name, ok := c.backendName(n, step)
	known := c.backends
	return deed{texts: []value{name}, do: func(t *turn, texts []string, _ []time.Duration) {
		t.effects.Backend = known[slices.Index(known, texts[0])] // which outlives the request
		t.changed("backend ", texts[0])
	}}, ok
}

// backendName compiles the name of a backend. A constant one must be known now, another when the request comes.
func (c *compiler) backendName(n *Node, step Step) (value, bool) {
	if n.Kind == Scalar && !strings.Contains(n.Text, "{{") && !slices.Contains(c.backends, n.Text) {
		c.problem(n.Position, fmt.Sprintf("there is no backend %q", n.Text), didYouMean(n.Text, c.backends))
		return value{}, false
	}
	known := c.backends
	return c.value(n, step, fit{check: func(name string) error {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no backend %q", shortenedText(name))
		}
		return nil
	}})
}

func compileKey(c *compiler, n *Node, step Step) (deed, bool) {
	parts, ok := c.values(n, "key", step, anyText)
	return deed{texts: parts, do: func(t *turn, texts []string, _ []time.Duration) {
		for _, part := range texts {
			t.effects.Key = append(t.effects.Key, part)
			t.changed("key ", part)
		}
	}}, ok
}

// selection compiles what is kept and dropped of parameters or cookies.
func (c *compiler) selection(n *Node, of string) (s *selection, ok bool) {
	fields, ok := c.fields(n, of, "keep", "drop", "sort")
	s = new(selection)
	for name, one := range fields {
		if name == "sort" {
			s.sort = c.flag(one, "sort")
			ok = ok && s.sort
			continue
		}
		texts, fine := c.patterns(one, of+": "+name)
		ok = ok && fine
		switch name {
		case "keep":
			s.keep = newPatterns(texts)
		case "drop":
			s.drop = newPatterns(texts)
		}
	}
	return s, ok
}

func compileQuery(c *compiler, n *Node, _ Step) (deed, bool) {
	s, ok := c.selection(n, "query")
	return deed{target: true, do: func(t *turn, _ []string, _ []time.Duration) {
		r := t.Req
		if !r.HasQuery {
			return
		}
		query := s.query(r.Query)
		if query != r.Query {
			t.changed("query ", r.Query, " to ", query)
		}
		r.Query, r.HasQuery = query, query != ""
	}}, ok
}

func compileCookies(c *compiler, n *Node, _ Step) (deed, bool) {
	s, ok := c.selection(n, "cookies")
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		before := ""
		if t.effects.Trace {
			before = t.Req.Header.Joined("Cookie")
		}
		if s.cookies(&t.Req.Header) && t.effects.Trace {
			t.changed("cookies ", before, " to ", t.Req.Header.Joined("Cookie"))
		}
	}}, ok
}

// directives are those of a request that a rule may have obeyed, by their names in Cache-Control (RFC 9111 section 5.2.1).
var directives = []struct {
	name string
	obey policy.Obey
}{
	{"no-cache", policy.ObeyNoCache},
	{"max-age", policy.ObeyMaxAge},
	{"min-fresh", policy.ObeyMinFresh},
	{"max-stale", policy.ObeyMaxStale},
	{"only-if-cached", policy.ObeyOnlyIfCached},
}

func compileObey(c *compiler, n *Node, _ Step) (deed, bool) {
	if n.Kind == Scalar && n.Text == "true" {
		return obeying(policy.ObeyAll, "all"), true
	}
	nodes, ok := c.items(n, "obey")
	var obey policy.Obey
	var names []string
	for _, one := range nodes {
		obeyed, known := c.directive(one)
		obey, names, ok = obey|obeyed, append(names, one.Text), ok && known
	}
	return obeying(obey, strings.Join(names, ", ")), ok
}

// directive reads the name of a directive that a rule may have obeyed.
func (c *compiler) directive(n *Node) (policy.Obey, bool) {
	names := make([]string, len(directives))
	for i, d := range directives {
		if d.name == n.Text {
			return d.obey, true
		}
		names[i] = d.name
	}
	c.problem(n.Position, fmt.Sprintf("obey knows no directive %q", n.Text), didYouMean(n.Text, names))
	return 0, false
}

// obeying is the deed that has directives obeyed, beside those of earlier rules.
func obeying(obey policy.Obey, text string) deed {
	return deed{do: func(t *turn, _ []string, _ []time.Duration) {
		t.effects.Obey |= obey
		t.changed("obey ", text)
	}}
}

func compileURL(c *compiler, n *Node, step Step) (deed, bool) {
	url, ok := c.value(n, step, inURL)
	return deed{target: true, texts: []value{url}, do: func(t *turn, texts []string, _ []time.Duration) {
		t.Req.Path, t.Req.Query, t.Req.HasQuery = strings.Cut(texts[0], "?")
		t.changed("url ", texts[0])
	}}, ok
}

func compileHost(c *compiler, n *Node, step Step) (deed, bool) {
	host, ok := c.value(n, step, inAuthority)
	return deed{target: true, texts: []value{host}, do: func(t *turn, texts []string, _ []time.Duration) {
		t.Req.Authority = texts[0]
		t.changed("host ", texts[0])
	}}, ok
}
