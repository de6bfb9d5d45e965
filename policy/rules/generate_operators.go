package rules

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

func (g *generator) unary(n *ast.UnaryNode) (code, bool) {
	c, ok := g.code(n.Node)
	switch {
	case !ok:
		return code{}, false
	case c.kind == truth && (n.Operator == "!" || n.Operator == "not"):
		not := c.truth
		c.truth = func(v *Vars) bool { return !not(v) }
		return c, true
	case c.kind == whole && n.Operator == "-":
		number := c.whole
		c.whole = func(v *Vars) int { return -number(v) }
		return c, true
	}
	return code{}, false
}

func (g *generator) binary(n *ast.BinaryNode) (code, bool) {
	switch n.Operator {
	case "in":
		return g.in(n)
	case "matches":
		return g.matches(n)
	}
	a, ok1 := g.code(n.Left)
	b, ok2 := g.code(n.Right)
	if !ok1 || !ok2 || a.kind != b.kind {
		return code{}, false
	}
	c, ok := operation(n.Operator, a, b)
	c.constant = a.constant && b.constant
	return c, ok
}

// operation returns the code for an operator between two values of one kind.
func operation(operator string, a, b code) (c code, ok bool) {
	switch a.kind {
	case truth:
		c.kind, c.truth = truth, truthOperation(operator, a.truth, b.truth)
		return c, c.truth != nil
	case text:
		return textOperation(operator, a, b)
	case whole:
		if sum := wholeOperation(operator, a.whole, b.whole); sum != nil {
			return code{kind: whole, whole: sum}, true
		}
		c.kind, c.truth = truth, comparison(operator, a.whole, b.whole)
	case span:
		c.kind, c.truth = truth, comparison(operator, a.span, b.span)
	}
	return c, c.truth != nil
}

func truthOperation(operator string, a, b func(*Vars) bool) func(*Vars) bool {
	switch operator {
	case "&&", "and":
		return func(v *Vars) bool { return a(v) && b(v) }
	case "||", "or":
		return func(v *Vars) bool { return a(v) || b(v) }
	case "==":
		return func(v *Vars) bool { return a(v) == b(v) }
	case "!=":
		return func(v *Vars) bool { return a(v) != b(v) }
	}
	return nil
}

func wholeOperation(operator string, a, b func(*Vars) int) func(*Vars) int {
	switch operator {
	case "+":
		return func(v *Vars) int { return a(v) + b(v) }
	case "-":
		return func(v *Vars) int { return a(v) - b(v) }
	case "*":
		return func(v *Vars) int { return a(v) * b(v) }
	}
	return nil
}

// textOperation knows constant right sides, which most conditions have, and saves them a call.
func textOperation(operator string, a, b code) (code, bool) {
	if operator == "+" {
		x, y := a.text, b.text
		return code{kind: text, text: func(v *Vars) string { return x(v) + y(v) }}, true
	}
	c := code{kind: truth}
	if b.constant {
		if s, err := b.worked(); err == nil {
			c.truth = constantComparison(operator, a.text, s.(string))
		}
	}
	if c.truth == nil {
		c.truth = comparison(operator, a.text, b.text)
	}
	if c.truth == nil {
		if test := textTest(operator); test != nil {
			x, y := a.text, b.text
			c.truth = func(v *Vars) bool { return test(x(v), y(v)) }
		}
	}
	return c, c.truth != nil
}

func constantComparison(operator string, a func(*Vars) string, s string) func(*Vars) bool {
	switch operator {
	case "==":
		return func(v *Vars) bool { return a(v) == s }
	case "!=":
		return func(v *Vars) bool { return a(v) != s }
	case "startsWith":
		return func(v *Vars) bool { return strings.HasPrefix(a(v), s) }
	case "endsWith":
		return func(v *Vars) bool { return strings.HasSuffix(a(v), s) }
	case "contains":
		return func(v *Vars) bool { return strings.Contains(a(v), s) }
	}
	return nil
}

func textTest(operator string) func(s, part string) bool {
	switch operator {
	case "startsWith":
		return strings.HasPrefix
	case "endsWith":
		return strings.HasSuffix
	case "contains":
		return strings.Contains
	}
	return nil
}

func comparison[T cmp.Ordered](operator string, a, b func(*Vars) T) func(*Vars) bool {
	switch operator {
	case "==":
		return func(v *Vars) bool { return a(v) == b(v) }
	case "!=":
		return func(v *Vars) bool { return a(v) != b(v) }
	case "<":
		return func(v *Vars) bool { return a(v) < b(v) }
	case "<=":
		return func(v *Vars) bool { return a(v) <= b(v) }
	case ">":
		return func(v *Vars) bool { return a(v) > b(v) }
	case ">=":
		return func(v *Vars) bool { return a(v) >= b(v) }
	}
	return nil
}

// in returns the code for "x in list", where the list is written out or a value.
func (g *generator) in(n *ast.BinaryNode) (code, bool) {
	x, ok := g.code(n.Left)
	if !ok {
		return code{}, false
	}
	if array, ok := n.Right.(*ast.ArrayNode); ok {
		return g.inArray(x, array.Nodes)
	}
	from, ok := g.code(n.Right)
	if !ok || x.kind != text || from.kind != list {
		return code{}, false
	}
	return code{kind: truth, constant: x.constant && from.constant, truth: func(v *Vars) bool {
		return slices.Contains(from.list(v), x.text(v))
	}}, true
}

func (g *generator) inArray(x code, nodes []ast.Node) (code, bool) {
	var texts []string
	var numbers []int
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.StringNode:
			texts = append(texts, n.Value)
		case *ast.IntegerNode:
			numbers = append(numbers, n.Value)
		}
	}
	c := code{kind: truth, constant: x.constant}
	switch {
	case x.kind == text && len(texts) == len(nodes):
		c.truth = oneOf(x.text, texts)
	case x.kind == whole && len(numbers) == len(nodes):
		c.truth = oneOf(x.whole, numbers)
	default:
		return code{}, false
	}
	return c, true
}

// fewElements is how many elements are found sooner one after the other than by their hash.
const fewElements = 8

func oneOf[T comparable](x func(*Vars) T, list []T) func(*Vars) bool {
	if len(list) <= fewElements {
		return func(v *Vars) bool { return slices.Contains(list, x(v)) }
	}
	set := make(map[T]struct{}, len(list))
	for _, one := range list {
		set[one] = struct{}{}
	}
	return func(v *Vars) bool { _, ok := set[x(v)]; return ok }
}

// memberOf returns the code for client.in, whose arguments have been read before.
func memberOf(arguments []ast.Node) func(*Vars) bool {
	networks := make([]netip.Prefix, len(arguments))
	for i, argument := range arguments {
		networks[i], _ = parseNetwork(argument.(*ast.StringNode).Value)
	}
	return func(v *Vars) bool {
		address := v.Client.Addr.Unmap().WithZone("")
		for _, network := range networks {
			if network.Contains(address) {
				return true
			}
		}
		return false
	}
}

// durationOf returns the code for duration(text).
func durationOf(c code) code {
	if c.constant {
		if s, err := c.worked(); err == nil {
			if d, err := parseDuration(s.(string)); err == nil {
				return constantSpan(d)
			}
		}
	}
	written := c.text
	return code{kind: span, constant: c.constant, span: func(v *Vars) time.Duration {
		d, err := parseDuration(written(v))
		if err != nil {
			panic(failure{err})
		}
		return d
	}}
}
