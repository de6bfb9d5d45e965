package rules

import (
	"strings"

	"lacquer/message"
)

// patterns are names of which each may hold stars, which stand for any text: utm_*, *_session, *. It is not changed once it is made.
type patterns struct {
	exact map[string]struct{}
	open  []glob
}

// glob is a pattern with stars: the text before the first, behind the last, and what stands between the others in order.
type glob struct {
	prefix, suffix string
	between        []string
}

func newPatterns(texts []string) *patterns {
	p := &patterns{exact: make(map[string]struct{})}
	for _, text := range texts {
		if g, open := newGlob(text); open {
			p.open = append(p.open, g)
		} else {
			p.exact[text] = struct{}{}
		}
	}
	return p
}

func newGlob(text string) (g glob, open bool) {
	parts := strings.Split(text, "*")
	last := len(parts) - 1
	if last == 0 {
		return glob{}, false
	}
	return glob{prefix: parts[0], suffix: parts[last], between: parts[1:last]}, true
}

// has reports whether name is one of those that are meant.
func (p *patterns) has(name string) bool {
	if _, ok := p.exact[name]; ok {
		return true
	}
	for i := range p.open {
		if p.open[i].has(name) {
			return true
		}
	}
	return false
}

func (g *glob) has(name string) bool {
	if len(name) < len(g.prefix)+len(g.suffix) || !strings.HasPrefix(name, g.prefix) || !strings.HasSuffix(name, g.suffix) {
		return false
	}
	name = name[len(g.prefix) : len(name)-len(g.suffix)]
	for _, part := range g.between {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return true
}

// fieldPatterns are patterns of names of fields, which have no case. They are few, and so are the fields of a head.
type fieldPatterns struct {
	exact []string
	open  []glob // in small letters
}

func newFieldPatterns(texts []string) *fieldPatterns {
	p := new(fieldPatterns)
	for _, text := range texts {
		if g, open := newGlob(strings.ToLower(text)); open {
			p.open = append(p.open, g)
		} else {
			p.exact = append(p.exact, text)
		}
	}
	return p
}

func (p *fieldPatterns) has(name string) bool {
	for _, one := range p.exact {
		if message.EqualFold(one, name) {
			return true
		}
	}
	for i := range p.open {
		g := &p.open[i]
		if len(name) >= len(g.prefix) && message.EqualFold(name[:len(g.prefix)], g.prefix) && g.has(strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// selection is what keep and drop say together of parameters or cookies.
type selection struct {
	keep, drop *patterns // nil keeps, or drops, without regard to names
	sort       bool
}

func (s *selection) keeps(name string) bool {
	return (s.keep == nil || s.keep.has(name)) && (s.drop == nil || !s.drop.has(name))
}
