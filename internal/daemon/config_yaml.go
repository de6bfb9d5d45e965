package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// kind is what a node of a file is.
type kind uint8

const (
	nothing kind = iota // a key without a value
	scalar
	list
	mapping
	broken // it has been reported already
)

// node is a value of a file with its place. ${NAME} has been replaced in its text, anchors and aliases have been followed.
type node struct {
	kind  kind
	at    Place
	text  string // of a scalar
	plain Place  // of the first character of text, where text stands in its line as it is; else the zero Place
	items []node // of a list
	pairs []pair // of a mapping
}

// pair is a key of a mapping and its value.
type pair struct {
	key   string
	at    Place
	value node
}

// reader makes nodes of one file's syntax tree.
type reader struct {
	*loader
	file    string
	anchors map[string]node
}

// parseYAML reads the text of a file. What is no YAML is reported; the node is then broken.
func (l *loader) parseYAML(file string, text []byte) node {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	l.lines[file] = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	r := &reader{loader: l, file: file, anchors: map[string]node{}}
	// Keys that stand twice are found by us, so that they do not hide what else is wrong.
	parsed, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.reportSyntax(err)
		return node{kind: broken}
	}
	var documents []ast.Node
	for _, d := range parsed.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType && d.Body.Type() != ast.CommentGroupType {
			documents = append(documents, d.Body)
		}
	}
	switch len(documents) {
	case 0:
		return node{kind: nothing}
	case 1:
		return r.node(documents[0])
	}
	r.report(r.node(documents[1]).at, "a second document begins here; a file is one document, take away the line ---")
	return node{kind: broken}
}

func (r *reader) reportSyntax(err error) {
	at, text := Place{Source: r.file}, err.Error()
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		text = positioned.GetMessage()
		if t := positioned.GetToken(); t != nil {
			at = r.place(t)
		}
	}
	r.report(at, "not YAML: "+text)
}

func (r *reader) place(t *token.Token) Place {
	return Place{Source: r.file, Line: t.Position.Line, Column: t.Position.Column}
}

func (r *reader) node(n ast.Node) node {
	at := r.place(n.GetToken())
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(at, n.Values)
	case *ast.MappingValueNode:
		return r.mapping(at, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		items := make([]node, len(n.Values))
		for i, v := range n.Values {
			items[i] = r.node(v)
		}
		return node{kind: list, at: at, items: items}
	case *ast.AnchorNode:
		value := r.node(n.Value)
		r.anchors[n.Name.String()] = value
		return value
	case *ast.AliasNode:
		return r.alias(at, n)
	case *ast.TagNode:
		return r.node(n.Value)
	case *ast.NullNode:
		return node{kind: nothing, at: at}
	case *ast.LiteralNode:
		return r.scalar(r.blockPlace(n.Start.Position.Line), n.Value.Value)
	case *ast.StringNode:
		return r.scalar(at, n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return r.scalar(at, n.GetToken().Value)
	}
	r.report(at, fmt.Sprintf("a %s cannot stand here", strings.ToLower(n.Type().YAMLName())))
	return node{kind: broken, at: at}
}

func (r *reader) mapping(at Place, values []*ast.MappingValueNode) node {
	m := node{kind: mapping, at: at}
	seen := map[string]Place{}
	for _, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok && v.Key.IsMergeKey() {
			r.report(r.place(v.Key.GetToken()), "merge keys are not read here; write the keys out, or use an alias for a whole value")
			m.kind = broken
			continue
		}
		name, at := v.Key.GetToken().Value, r.place(v.Key.GetToken())
		if ok {
			name = key.Value
		}
		if first, twice := seen[name]; twice {
			r.report(at, fmt.Sprintf("%q stands twice, first in line %d; keep one of them", name, first.Line))
			continue
		}
		seen[name] = at
		value := r.node(v.Value)
		m.pairs = append(m.pairs, pair{key: name, at: at, value: value})
		if len(m.pairs) == 1 {
			m.at = at // the tree knows a mapping by its first colon
		}
	}
	return m
}

// alias returns the value of an anchor. Anchors come before their aliases (YAML 1.2.2 section 7.1), so none holds itself.
func (r *reader) alias(at Place, n *ast.AliasNode) node {
	value, ok := r.anchors[n.Value.String()]
	if !ok {
		r.report(at, fmt.Sprintf("no anchor &%s stands before this", n.Value.String()))
		return node{kind: broken, at: at}
	}
	value.at, value.plain = at, Place{}
	return value
}

// scalar replaces ${NAME} in a text.
func (r *reader) scalar(at Place, text string) node {
	expanded, faults := expand(text, r.environ)
	for _, f := range faults {
		r.report(r.within(at, f.written), f.text)
	}
	if len(faults) > 0 {
		return node{kind: broken, at: at}
	}
	return node{kind: scalar, at: at, text: expanded, plain: r.plainPlace(at, expanded)}
}

// plainPlace returns where text begins if it stands at a place as it is, behind a quote or without: then each character of it has a
// column of its own. Else it is folded, escaped or replaced, and the result is the zero Place.
func (r *reader) plainPlace(at Place, text string) Place {
	line := r.lineFrom(at)
	switch {
	case line != "" && strings.IndexByte(`"'`, line[0]) >= 0:
		if !strings.HasPrefix(line[1:], text) {
			return Place{}
		}
		at.Column++
	case !strings.HasPrefix(line, text):
		return Place{}
	}
	return at
}

// blockPlace returns where the text of a block scalar begins whose indicator, | or >, stands in a line.
func (r *reader) blockPlace(indicator int) Place {
	lines := r.lines[r.file]
	for number := indicator + 1; number <= len(lines); number++ {
		if text := strings.TrimLeft(lines[number-1], " "); text != "" {
			return Place{Source: r.file, Line: number, Column: len(lines[number-1]) - len(text) + 1}
		}
	}
	return Place{Source: r.file, Line: indicator, Column: 1}
}

// within moves a place to where written stands in its line, if it does.
func (r *reader) within(at Place, written string) Place {
	line := r.lineFrom(at)
	if i := strings.Index(line, written); i >= 0 {
		at.Column += len([]rune(line[:i]))
	}
	return at
}

// lineFrom returns what stands in the line of a place, from there on.
func (r *reader) lineFrom(at Place) string {
	lines := r.lines[at.Source]
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	line := []rune(lines[at.Line-1])
	if at.Column < 1 || at.Column > len(line) {
		return ""
	}
	return string(line[at.Column-1:])
}
