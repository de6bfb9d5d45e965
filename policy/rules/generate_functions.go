package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// function returns the code for a call of one of the functions that occur in many rules; the others are the VM's.
func (g *generator) function(name string, arguments []ast.Node) (code, bool) {
	codes := make([]code, len(arguments))
	constant := true
	for i, argument := range arguments {
		c, ok := g.code(argument)
		if !ok {
			return code{}, false
		}
		codes[i] = c
		constant = constant && c.constant
	}
	var c code
	var ok bool
	switch len(codes) {
	case 1:
		c, ok = functionOfOne(name, codes[0])
	case 2:
		c, ok = functionOfTwo(name, codes[0], codes[1])
	case 3:
		c, ok = functionOfThree(name, codes[0], codes[1], codes[2])
	}
	c.constant = constant
	return c, ok
}

func functionOfOne(name string, a code) (code, bool) {
	if name == "string" {
		return code{kind: text, text: a.asText()}, true
	}
	if name == "len" && a.kind == list {
		return code{kind: whole, whole: func(v *Vars) int { return len(a.list(v)) }}, true
	}
	if a.kind != text {
		return code{}, false
	}
	s := a.text
	ofText := func(f func(string) string) (code, bool) {
		return code{kind: text, text: func(v *Vars) string { return f(s(v)) }}, true
	}
	switch name {
	case "lower":
		return ofText(strings.ToLower)
	case "upper":
		return ofText(strings.ToUpper)
	case "trim":
		return ofText(strings.TrimSpace)
	case "len":
		return code{kind: whole, whole: func(v *Vars) int { return utf8.RuneCountInString(s(v)) }}, true
	case "int":
		return code{kind: whole, whole: func(v *Vars) int { return number(s(v)) }}, true
	case "duration":
		return durationOf(a), true
	}
	return code{}, false
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		fail("int: %q is no whole number", s)
	}
	return n
}

func functionOfTwo(name string, a, b code) (code, bool) {
	if name == "join" && a.kind == list && b.kind == text {
		return code{kind: text, text: func(v *Vars) string { return joined(a.list(v), b.text(v)) }}, true
	}
	if a.kind != text || b.kind != text {
		return code{}, false
	}
	x, y := a.text, b.text
	ofText := func(f func(s, part string) string) (code, bool) {
		return code{kind: text, text: func(v *Vars) string { return f(x(v), y(v)) }}, true
	}
	switch name {
	case "hasPrefix":
		return textOperation("startsWith", a, b)
	case "hasSuffix":
		return textOperation("endsWith", a, b)
	case "trim":
		return ofText(strings.Trim)
	case "trimPrefix":
		return ofText(strings.TrimPrefix)
	case "trimSuffix":
		return ofText(strings.TrimSuffix)
	case "indexOf":
		return code{kind: whole, whole: func(v *Vars) int { return strings.Index(x(v), y(v)) }}, true
	case "split":
		return code{kind: list, list: func(v *Vars) []string { return strings.Split(x(v), y(v)) }}, true
	}
	return code{}, false
}

func joined(texts []string, separator string) string {
	s, err := joinTexts(texts, separator)
	if err != nil {
		panic(failure{err})
	}
	return s
}

func functionOfThree(name string, a, b, c code) (code, bool) {
	if name != "replace" || a.kind != text || b.kind != text || c.kind != text {
		return code{}, false
	}
	return code{kind: text, text: func(v *Vars) string {
		s, err := replaceText(a.text(v), b.text(v), c.text(v))
		if err != nil {
			panic(failure{err})
		}
		return s
	}}, true
}
