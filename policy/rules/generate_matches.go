package rules

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// matches returns the code for "x matches pattern". A pattern that only says what a text begins with, ends with or contains becomes that
// test, which costs a tenth.
func (g *generator) matches(n *ast.BinaryNode) (code, bool) {
	x, ok := g.code(n.Left)
	pattern, constant := n.Right.(*ast.StringNode)
	if !ok || !constant || x.kind != text {
		return code{}, false
	}
	test, ok := plainTest(pattern.Value)
	if !ok {
		expression, err := regexp.Compile(pattern.Value)
		if err != nil {
			return code{}, false
		}
		test = expression.MatchString
	}
	s := x.text
	return code{kind: truth, constant: x.constant, truth: func(v *Vars) bool { return test(s(v)) }}, true
}

// plainTest returns the test that a pattern without any variable part stands for.
func plainTest(pattern string) (test func(string) bool, ok bool) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, false
	}
	begin, literal, end := false, "", false
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	for i, part := range parts {
		switch {
		case part.Op == syntax.OpBeginText && i == 0:
			begin = true
		case part.Op == syntax.OpLiteral && part.Flags&syntax.FoldCase == 0 && literal == "":
			literal = string(part.Rune)
		case part.Op == syntax.OpEndText && i == len(parts)-1:
			end = true
		default:
			return nil, false
		}
	}
	if literal == "" || strings.ContainsRune(literal, utf8.RuneError) {
		return nil, false // a byte that is no UTF-8 would match U+FFFD, but is another text
	}
	switch {
	case begin && end:
		return func(s string) bool { return s == literal }, true
	case begin:
		return func(s string) bool { return strings.HasPrefix(s, literal) }, true
	case end:
		return func(s string) bool { return strings.HasSuffix(s, literal) }, true
	}
	return func(s string) bool { return strings.Contains(s, literal) }, true
}
