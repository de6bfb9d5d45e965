package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

// Files is where a configuration and what it names are read. fstest.MapFS is one.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
}

// machineFiles are the files of the machine.
type machineFiles struct{}

func (machineFiles) ReadFile(name string) ([]byte, error)  { return os.ReadFile(name) }
func (machineFiles) Glob(pattern string) ([]string, error) { return filepath.Glob(pattern) }

// Document is a file that belongs to a configuration, as it was read.
type Document struct {
	Path string
	Text []byte
}

// open reads a file and keeps its text.
func (l *loader) open(path string) ([]byte, error) {
	text, err := l.files.ReadFile(path)
	if err == nil && !slices.ContainsFunc(l.config.Documents, func(d Document) bool { return d.Path == path }) {
		l.config.Documents = append(l.config.Documents, Document{Path: path, Text: text})
	}
	return text, err
}

// beside returns the path of a file that the configuration names: from its own directory on, unless it is absolute.
func (l *loader) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(l.config.File), path)
}

func (l *loader) readRules(n node) { l.rules = l.listed(n, "rules", "a rule") }
func (l *loader) readTests(n node) { l.tests = l.listed(n, "tests", "a test") }

// listed returns the items of a list that is written out, or lies in files: one, or all that match a pattern. Items that are broken
// have been reported and are left out.
func (l *loader) listed(n node, key, item string) []rules.Node {
	switch n.kind {
	case nothing:
		l.report(n.at, fmt.Sprintf("%q has no value; write a list of them, or the path of a file", key))
	case scalar:
		return l.listedIn(n, item)
	case mapping:
		l.report(n.at, fmt.Sprintf("%q takes a list, or the path of a file; begin each of them with a dash", key))
	}
	var items []rules.Node
	for _, one := range n.items {
		switch {
		case one.kind == scalar:
			items = append(items, l.listedIn(one, item)...)
		case one.kind == nothing:
			l.report(one.at, item+" is missing behind this dash")
		case one.whole():
			items = append(items, one.asRules())
		}
	}
	return items
}

// listedIn returns the items in the files that a path or a pattern names, in the order of their names.
func (l *loader) listedIn(n node, item string) []rules.Node {
	pattern := l.beside(n.text)
	paths := []string{pattern}
	if strings.ContainsAny(n.text, "*?[") {
		var err error
		if paths, err = l.files.Glob(pattern); err != nil {
			l.report(n.at, fmt.Sprintf("%q is no pattern of files: %v", n.text, err))
			return nil
		}
		if len(paths) == 0 {
			l.report(n.at, fmt.Sprintf("no file matches %s; put one there, or write [] for none", pattern))
		}
		slices.Sort(paths)
	}
	var items []rules.Node
	for _, path := range paths {
		items = append(items, l.listedInFile(n.at, path, item)...)
	}
	return items
}

// listedInFile returns the items of a file that is named at a place.
func (l *loader) listedInFile(named Place, path, item string) []rules.Node {
	text, err := l.open(path)
	if err != nil {
		l.report(named, path+": "+unreadable(err, "name another"))
		return nil
	}
	root := l.parseYAML(path, text)
	if root.kind == scalar || root.kind == mapping {
		l.report(root.at, "this file is to hold a list; begin each item with a dash")
	}
	var items []rules.Node
	for _, one := range root.items {
		switch {
		case one.kind == scalar || one.kind == nothing:
			l.report(one.at, item+" holds keys, each with a colon")
		case one.whole():
			items = append(items, one.asRules())
		}
	}
	return items
}

// whole reports whether nothing in a node is broken.
func (n node) whole() bool {
	broke := func(p pair) bool { return !p.value.whole() }
	return n.kind != broken && !slices.ContainsFunc(n.items, func(i node) bool { return !i.whole() }) && !slices.ContainsFunc(n.pairs, broke)
}

// asRules returns a node as the packages that know no YAML read it. What has no value has no kind.
func (n node) asRules() rules.Node {
	r := rules.Node{Position: n.at.position()}
	switch n.kind {
	case scalar:
		r.Kind, r.Text, r.Block = rules.Scalar, n.text, n.plain == Place{}
		if !r.Block {
			r.Position = n.plain.position()
		}
	case list:
		r.Kind = rules.List
		for _, item := range n.items {
			r.Items = append(r.Items, item.asRules())
		}
	case mapping:
		r.Kind = rules.Map
		for _, p := range n.pairs {
			name := rules.Node{Position: p.at.position(), Kind: rules.Scalar, Text: p.key}
			r.Fields = append(r.Fields, rules.Field{Name: name, Value: p.value.asRules()})
		}
	}
	return r
}

func (p Place) position() rules.Position {
	return rules.Position{File: p.Source, Line: p.Line, Column: p.Column}
}

func placeOf(at rules.Position) Place {
	return Place{Source: at.File, Line: at.Line, Column: at.Column}
}

// compileRules compiles the rules, once all layers have said which backends there are, and reads their tests.
func (l *loader) compileRules() {
	var names []string
	for _, b := range l.config.Backends {
		names = append(names, b.Name)
	}
	set, err := rules.Compile(l.rules, rules.Options{
		Backends: names,
		Clock:    time.Now,
		ReadFile: func(path string) ([]byte, error) { return l.open(l.beside(path)) },
	})
	var wrong rules.Problems
	switch {
	case errors.As(err, &wrong):
		slices.SortStableFunc(wrong, func(a, b rules.Problem) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		for _, p := range wrong {
			l.reportRule(p)
		}
	case err != nil:
		l.report(l.whole(), err.Error())
	}
	l.config.Rules = set
	l.readTrials(names)
}

// reportRule reports what is wrong with a rule in the manner of all other problems.
func (l *loader) reportRule(p rules.Problem) {
	at, text := placeOf(p.Position), p.Text
	if at.Source == "" {
		at = l.whole()
	}
	if p.Rule != "" {
		text = quotedRule(p.Rule) + ": " + text
	}
	if p.Hint != "" {
		text += "; " + p.Hint
	}
	l.report(at, text)
	if p.Excerpt != "" && l.inBlock(p.Position) {
		l.problems[len(l.problems)-1].Excerpt = p.Excerpt
	}
}

// quotedRule names a rule in a message: by the name that it was given, or by its number.
func quotedRule(name string) string {
	if number, ok := strings.CutPrefix(name, "rule "); ok && strings.Trim(number, "0123456789.") == "" {
		return name
	}
	return fmt.Sprintf("rule %q", name)
}

// inBlock reports whether a text that begins at a place is one whose characters do not stand in that line as they are.
func (l *loader) inBlock(at rules.Position) bool {
	var holds func(n *rules.Node) bool
	holds = func(n *rules.Node) bool {
		if n.Block && n.Position == at {
			return true
		}
		for i := range n.Items {
			if holds(&n.Items[i]) {
				return true
			}
		}
		for i := range n.Fields {
			if holds(&n.Fields[i].Value) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(l.rules, func(n rules.Node) bool { return holds(&n) })
}

// readTrials reads the tests of the rules.
func (l *loader) readTrials(backends []string) {
	tests, problems := trial.Read(l.tests, trial.Words{
		Duration: ParseDuration,
		Nearest:  nearest,
		Backends: backends,
		Rules:    l.ruleNames(),
	})
	for _, p := range problems {
		l.report(placeOf(p.At), p.Text)
	}
	l.config.Tests = tests
}

// ruleNames returns the names of the user's own rules, also where something is wrong with one of them.
func (l *loader) ruleNames() []string {
	if l.config.Rules != nil {
		return l.config.RuleNames()
	}
	var names []string
	var gather func([]rules.Node)
	gather = func(list []rules.Node) {
		for i, rule := range list {
			names = append(names, fmt.Sprintf("rule %d", i+1))
			for _, f := range rule.Fields {
				switch f.Name.Text {
				case "name":
					names = append(names, f.Value.Text)
				case "rules":
					gather(f.Value.Items)
				}
			}
		}
	}
	gather(l.rules)
	return names
}

// RuleNames returns the names of the user's own rules, each once, in their order.
func (c *Config) RuleNames() []string {
	var names []string
	if c.Rules == nil {
		return nil
	}
	for _, r := range c.Rules.Names() {
		if !r.Builtin && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}
