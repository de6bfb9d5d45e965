package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"lacquer/policy/rules"
)

// outline reads as much YAML as rules in tests need: block and flow collections, quoted and plain scalars, texts in a block, comments.
type outline struct {
	file  string
	lines []string
	next  int
}

// nodes reads a text whose top is a list of rules.
func nodes(t testing.TB, file, text string) []rules.Node {
	t.Helper()
	o := &outline{file: file, lines: strings.Split(text, "\n")}
	o.skip()
	if o.next == len(o.lines) {
		return nil
	}
	n := o.block(o.indent())
	if o.skip(); o.next < len(o.lines) || n.Kind != rules.List {
		t.Fatalf("%s:%d: the outline of the test cannot be read", file, o.next+1)
	}
	return n.Items
}

// skip goes on to the next line that says something.
func (o *outline) skip() {
	for o.next < len(o.lines) {
		if line := strings.TrimSpace(o.lines[o.next]); line != "" && line[0] != '#' {
			return
		}
		o.next++
	}
}

func (o *outline) indent() int {
	if o.next == len(o.lines) {
		return -1
	}
	line := o.lines[o.next]
	return len(line) - len(strings.TrimLeft(line, " "))
}

func (o *outline) at(column int) rules.Position {
	return rules.Position{File: o.file, Line: o.next + 1, Column: column + 1}
}

// block reads what stands at an indentation: a list, a map, or a value on a line of its own.
func (o *outline) block(indent int) rules.Node {
	line := o.lines[o.next]
	if strings.HasPrefix(line[indent:], "- ") {
		return o.list(indent)
	}
	if keyEnd(line[indent:]) >= 0 {
		return o.fields(indent)
	}
	n, _ := o.inline(indent)
	o.next++
	return n
}

func (o *outline) list(indent int) rules.Node {
	n := rules.Node{Kind: rules.List, Position: o.at(indent)}
	for o.skip(); o.indent() == indent && strings.HasPrefix(o.lines[o.next][indent:], "- "); o.skip() {
		o.lines[o.next] = o.lines[o.next][:indent] + " " + o.lines[o.next][indent+1:]
		n.Items = append(n.Items, o.block(o.indent()))
	}
	return n
}

func (o *outline) fields(indent int) rules.Node {
	n := rules.Node{Kind: rules.Map, Position: o.at(indent)}
	for o.skip(); o.indent() == indent; o.skip() {
		line := o.lines[o.next]
		end := keyEnd(line[indent:])
		if end < 0 {
			panic(fmt.Sprintf("%s:%d: no key", o.file, o.next+1))
		}
		f := rules.Field{Name: rules.Node{Kind: rules.Scalar, Position: o.at(indent), Text: line[indent : indent+end]}}
		f.Value = o.value(indent, indent+end+1)
		n.Fields = append(n.Fields, f)
	}
	return n
}

// value reads what stands behind a key that ends at a column: in its line, or beneath it.
func (o *outline) value(indent, column int) rules.Node {
	rest := strings.TrimSpace(o.lines[o.next][column:])
	switch {
	case rest == "" || rest[0] == '#':
		o.next++
		o.skip()
		return o.block(o.indent())
	case rest == "|":
		return o.text(indent)
	}
	for o.lines[o.next][column] == ' ' {
		column++
	}
	n, _ := o.inline(column)
	o.next++
	return n
}

// text reads a block of text that is deeper than an indentation.
func (o *outline) text(indent int) rules.Node {
	o.next++
	n := rules.Node{Kind: rules.Scalar, Position: o.at(o.indent()), Block: true}
	deep := o.indent()
	for o.indent() > indent {
		n.Text += o.lines[o.next][deep:] + "\n"
		o.next++
	}
	return n
}

// keyEnd returns where the colon of a key stands, -1 if a line begins with none.
func keyEnd(line string) int {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ':' && (i+1 == len(line) || line[i+1] == ' '):
			return i
		case strings.IndexByte(`"'[]{}()#`, c) >= 0:
			return -1
		}
	}
	return -1
}

// inline reads a value within the present line and returns where it ends.
func (o *outline) inline(column int) (rules.Node, int) {
	line := o.lines[o.next]
	switch line[column] {
	case '[':
		return o.flow(column, ']')
	case '{':
		return o.flow(column, '}')
	case '"', '\'':
		end := column + 1 + strings.IndexByte(line[column+1:], line[column])
		return rules.Node{Kind: rules.Scalar, Position: o.at(column + 1), Text: line[column+1 : end]}, end + 1
	}
	text, _, _ := strings.Cut(line[column:], " #")
	return rules.Node{Kind: rules.Scalar, Position: o.at(column), Text: strings.TrimSpace(text)}, len(line)
}

func (o *outline) flow(column int, last byte) (rules.Node, int) {
	line := o.lines[o.next]
	n := rules.Node{Kind: rules.List, Position: o.at(column)}
	if last == '}' {
		n.Kind = rules.Map
	}
	for column++; line[column] != last; {
		if line[column] == ' ' || line[column] == ',' {
			column++
			continue
		}
		var name rules.Node
		if last == '}' {
			end := strings.IndexByte(line[column:], ':')
			name = rules.Node{Kind: rules.Scalar, Position: o.at(column), Text: line[column : column+end]}
			for column += end + 1; line[column] == ' '; {
				column++
			}
		}
		item, end := o.flowItem(column)
		if column = end; last == '}' {
			n.Fields = append(n.Fields, rules.Field{Name: name, Value: item})
		} else {
			n.Items = append(n.Items, item)
		}
	}
	return n, column + 1
}

func (o *outline) flowItem(column int) (rules.Node, int) {
	line := o.lines[o.next]
	if strings.IndexByte("[{\"'", line[column]) >= 0 {
		return o.inline(column)
	}
	end := column + strings.IndexAny(line[column:], ",]}")
	return rules.Node{Kind: rules.Scalar, Position: o.at(column), Text: strings.TrimSpace(line[column:end])}, end
}
