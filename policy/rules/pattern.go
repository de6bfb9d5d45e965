package rules

import "strings"

// patterns are names of which each may hold stars, which stand for any text: utm_*, *_session, *. It is not changed once it is made.
type patterns struct {
	exact map[string]struct{}
	open  []glob
	fold  bool // names of fields have no case
}

// glob is a pattern with stars: the text before the first, behind the last, and what stands between the others in order.
type glob struct {
	prefix, suffix string
	between        []string
}

func newPatterns(texts []string, fold bool) *patterns {
	p := &patterns{exact: make(map[string]struct{}), fold: fold}
	for _, text := range texts {
		if fold {
			text = strings.ToLower(text)
		}
		parts := strings.Split(text, "*")
		if len(parts) == 1 {
			p.exact[text] = struct{}{}
			continue
		}
		last := len(parts) - 1
		p.open = append(p.open, glob{prefix: parts[0], suffix: parts[last], between: parts[1:last]})
	}
	return p
}

// has reports whether name is one of those that are meant.
func (p *patterns) has(name string) bool {
	if p.fold {
		name = strings.ToLower(name)
	}
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

// selection is what keep and drop say together of parameters or cookies.
type selection struct {
	keep, drop *patterns // nil keeps, or drops, without regard to names
	sort       bool
}

func (s *selection) keeps(name string) bool {
	return (s.keep == nil || s.keep.has(name)) && (s.drop == nil || !s.drop.has(name))
}
