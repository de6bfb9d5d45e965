package rules

import (
	"strings"
	"time"
)

// value is a text of a rule: constant, or with expressions in {{ }}.
type value struct {
	constant string
	pieces   []func(*Vars) string // nil for a constant
	single   *code                // the only piece, if there is no text around it
	fits     fit                  // where it is to stand
}

// work returns the text for a request. It panics with a failure where an expression cannot be worked out, or what it yields cannot stand
// where the text shall.
func (t *value) work(v *Vars) string {
	if t.pieces == nil {
		return t.constant
	}
	s := ""
	if len(t.pieces) == 1 {
		s = t.pieces[0](v)
	} else {
		var b strings.Builder
		for _, piece := range t.pieces {
			b.WriteString(piece(v))
		}
		s = b.String()
	}
	if t.fits.check != nil {
		if err := t.fits.check(s); err != nil {
			panic(failure{err})
		}
	}
	return s
}

// value compiles a scalar for a step. A constant must fit as it is written; what expressions yield is made to fit, and checked, at each request.
func (c *compiler) value(n *Node, step Step, fits fit) (result value, ok bool) {
	if n.Kind != Scalar {
		c.problem(n.Position, "a text is wanted here, not a "+n.Kind.name(), "")
		return value{}, false
	}
	pieces, ok := c.pieces(n)
	if !ok {
		return value{}, false
	}
	result.fits = fits
	if len(pieces) == 0 || len(pieces) == 1 && !pieces[0].expression {
		result.constant = n.Text
		if fits.check != nil {
			if err := fits.check(n.Text); err != nil {
				c.problem(n.Position, err.Error(), "")
				return value{}, false
			}
		}
		return result, true
	}
	for _, p := range pieces {
		if !p.expression {
			literal := p.text()
			result.pieces = append(result.pieces, func(*Vars) string { return literal })
			continue
		}
		compiled, fine := c.expression(p.source, step)
		if ok = ok && fine; fine {
			result.pieces = append(result.pieces, fits.around(compiled.asText()))
			result.single = &compiled
		}
	}
	if len(pieces) > 1 {
		result.single = nil
	}
	return result, ok
}

// piece is a part of a template.
type piece struct {
	source
	expression bool
}

// pieces takes a template apart.
func (c *compiler) pieces(n *Node) (list []piece, ok bool) {
	for at := 0; at < len(n.Text); {
		open := strings.Index(n.Text[at:], "{{")
		if open < 0 {
			return append(list, piece{source: source{n, at, len(n.Text)}}), true
		}
		if open > 0 {
			list = append(list, piece{source: source{n, at, at + open}})
		}
		at += open + len("{{")
		end := endOfExpression(n.Text[at:])
		if end < 0 {
			c.problemIn(source{n, at - len("{{"), len(n.Text)}, 0, "{{ without }}", "close it")
			return nil, false
		}
		list = append(list, piece{source: source{n, at, at + end}, expression: true})
		at += end + len("}}")
	}
	return list, true
}

// endOfExpression returns where the }} stands that ends an expression, -1 without one. One within a text of the expression does not.
func endOfExpression(s string) int {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == '`' && c == quote, quote != 0 && c == quote:
			quote = 0
		case quote != 0 && quote != '`' && c == '\\':
			i++
		case quote != 0:
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '}' && i+1 < len(s) && s[i+1] == '}':
			return i
		}
	}
	return -1
}

// duration is a length of time of a rule: constant, or worked out.
type duration struct {
	constant time.Duration
	work     func(*Vars) time.Duration // nil for a constant
}

// duration compiles a scalar that is a duration, or a template that yields one or is read as one.
func (c *compiler) duration(n *Node, step Step) (result duration, ok bool) {
	written, ok := c.value(n, step, anyText)
	switch {
	case !ok:
		return duration{}, false
	case written.pieces == nil:
		d, err := parseDuration(written.constant)
		if err != nil {
			c.problem(n.Position, err.Error(), "")
		}
		return duration{constant: d}, err == nil
	case written.single == nil || written.single.kind == text || written.single.kind == anything:
		result.work = func(v *Vars) time.Duration {
			d, err := parseDuration(written.work(v))
			if err != nil {
				panic(failure{err})
			}
			return d
		}
		return result, true
	case written.single.kind == span:
		worked := written.single.span
		result.work = func(v *Vars) time.Duration {
			d := worked(v)
			if d < 0 {
				fail("the duration is negative: %s", durationText(d))
			}
			return d
		}
		return result, true
	}
	c.problem(n.Position, "a "+written.single.kind.String()+" is no duration", `write a duration, or {{ duration("90s") }}, or {{ ... }}s for a number of seconds`)
	return duration{}, false
}

func (k Kind) name() string {
	switch k {
	case List:
		return "list"
	case Map:
		return "map"
	}
	return "text"
}
