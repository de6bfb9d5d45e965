package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problems is everything that is wrong with a set of rules, in the order in which it stands there.
type Problems []Problem

func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i := range p {
		texts[i] = p[i].Error()
	}
	return strings.Join(texts, "\n")
}

// Problem is one thing that is wrong with a rule, and where.
type Problem struct {
	Position
	Rule    string // its name, "rule 3" if it has none, "" if no rule is concerned
	Text    string // what is wrong, in one line
	Hint    string // what to write instead, "" where there is nothing to suggest
	Excerpt string // the line of the value that is meant and a caret beneath it, "" where the whole value is meant
}

// Error returns place, rule, text and hint in one line, and the excerpt in the two that follow.
func (p Problem) Error() string {
	var b strings.Builder
	if p.Position != (Position{}) {
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	}
	if p.Rule != "" {
		fmt.Fprintf(&b, "rule %s: ", ruleName(p.Rule))
	}
	b.WriteString(p.Text)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	return b.String()
}

// ruleName quotes a name that the user gave; "rule 3" is ours, and only its number is wanted here.
func ruleName(name string) string {
	if number, ok := strings.CutPrefix(name, "rule "); ok && number != "" && strings.Trim(number, "0123456789.") == "" {
		return number
	}
	return fmt.Sprintf("%q", name)
}

// source is an expression and where it stands: a scalar, or a part of one.
type source struct {
	node     *Node
	from, to int // bytes of node.Text
}

func (s source) text() string { return s.node.Text[s.from:s.to] }

// place returns where the byte at an offset into the expression stands. Of a scalar whose text does not stand in the file as it is, it is
// the beginning.
func (s source) place(offset int) Position {
	at := s.node.Position
	before := s.node.Text[:min(s.from+offset, len(s.node.Text))]
	if at.Line != 0 && !s.node.Block && !strings.Contains(s.node.Text, "\n") {
		at.Column += utf8.RuneCountInString(before)
	}
	return at
}

// excerpt returns the line of the scalar in which the byte at an offset into the expression stands, and a caret beneath it.
func (s source) excerpt(offset int) string {
	text, at := s.node.Text, min(s.from+offset, len(s.node.Text))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	line, start = window(line, start, at)
	var b strings.Builder
	b.WriteString("    " + line + "\n    ")
	for _, c := range text[start:at] {
		if c != '\t' {
			c = ' ' // a tab stays one, so that the caret stands right however wide it is
		}
		b.WriteRune(c)
	}
	b.WriteByte('^')
	return b.String()
}

// window cuts a line that is longer than a terminal is wide down to what stands around a place in it, and returns where it then starts.
func window(line string, start, at int) (string, int) {
	const width = 100
	end := start + len(line)
	if len(line) <= width {
		return line, start
	}
	from, to := max(start, at-width/2), min(end, at+width/2)
	for from > start && !utf8.RuneStart(line[from-start]) {
		from--
	}
	for to < end && !utf8.RuneStart(line[to-start]) {
		to++
	}
	return line[from-start : to-start], from
}

// problem reports what is wrong with a whole value.
func (c *compiler) problem(at Position, text, hint string) {
	c.report(Problem{Position: at, Rule: c.rule, Text: text, Hint: hint})
}

// problemIn reports what is wrong at a byte of an expression.
func (c *compiler) problemIn(s source, offset int, text, hint string) {
	c.report(Problem{Position: s.place(offset), Rule: c.rule, Text: text, Hint: hint, Excerpt: s.excerpt(offset)})
}

// sorted returns the problems in the order in which what they concern stands in the files, and the files in the order of the rules.
func (c *compiler) sorted(source []Node) Problems {
	order := make(map[string]int)
	for i := range source {
		if _, known := order[source[i].File]; !known {
			order[source[i].File] = i
		}
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c.problems
}

// report keeps a problem, once: a group without a step compiles its condition for each step of its members.
func (c *compiler) report(p Problem) {
	for _, known := range c.problems {
		if known == p {
			return
		}
	}
	c.problems = append(c.problems, p)
}
