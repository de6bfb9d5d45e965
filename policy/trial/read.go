package trial

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"lacquer/message"
	"lacquer/policy/rules"
)

// Words is how tests are read: in the same words as the configuration that they stand in.
type Words struct {
	Duration func(text string) (time.Duration, error)
	Nearest  func(name string, known []string) string // the one that was meant, "" if none is near
	Backends []string                                 // names that there are
	Rules    []string                                 // names of the user's own rules
}

// Problem is what is wrong with a test, in one line.
type Problem struct {
	At   rules.Position
	Text string
}

// member is a key of a T, and how its value is read.
type member[T any] struct {
	Key
	read func(r *reader, n rules.Node, into *T)
}

// reader reads tests and gathers what is wrong with them.
type reader struct {
	Words
	problems []Problem
}

// Read reads tests. A test of which something is wrong is not among those that it returns.
func Read(nodes []rules.Node, w Words) ([]Test, []Problem) {
	r := &reader{Words: w}
	var tests []Test
	names := map[string]int{}
	for i, n := range nodes {
		before := len(r.problems)
		t := r.test(n, i+1)
		if first, twice := names[t.Name]; twice && t.Name != "" {
			r.report(n.Position, fmt.Sprintf("two tests are called %q, the first in line %d; give one another name", t.Name, first))
		} else {
			names[t.Name] = n.Line
		}
		if len(r.problems) == before {
			tests = append(tests, t)
		}
	}
	return tests, r.problems
}

func (r *reader) report(at rules.Position, text string) {
	r.problems = append(r.problems, Problem{At: at, Text: text})
}

// test reads the test that is the number-th of its list.
func (r *reader) test(n rules.Node, number int) Test {
	t := Test{Name: fmt.Sprintf("test %d", number), At: n.Position, Client: netip.MustParseAddr("192.0.2.1")}
	before := len(r.problems)
	readGroup(r, n, "a test", testMembers(), &t)
	switch {
	case len(r.problems) > before: // the lack may only follow from them
	case t.Request == nil:
		r.report(n.Position, fmt.Sprintf("%s has no request; give one, such as request: {url: /}", quoteName(t.Name)))
	case len(t.Expect) == 0:
		r.report(n.Position, fmt.Sprintf("%s expects nothing; say what, such as expect: {outcome: pass}", quoteName(t.Name)))
	}
	return t
}

func quoteName(name string) string { return strconv.Quote(name) }

// readGroup reads a map whose keys are members into target. what it is stands in what is reported.
func readGroup[T any](r *reader, n rules.Node, what string, members []member[T], target *T) {
	if n.Kind != rules.Map {
		r.report(n.Position, fmt.Sprintf("%s is to hold keys, each with a colon; known here: %s", what, strings.Join(namesOf(members), ", ")))
		return
	}
	for _, f := range n.Fields {
		i := slices.IndexFunc(members, func(m member[T]) bool { return m.Name == f.Name.Text })
		if i < 0 {
			r.unknown(f.Name, "key", namesOf(members))
			continue
		}
		if f.Value.Kind == 0 {
			r.report(f.Name.Position, fmt.Sprintf("%q has no value; give one, or take the key out", f.Name.Text))
			continue
		}
		members[i].read(r, f.Value, target)
	}
}

// unknown reports a name that does not exist.
func (r *reader) unknown(n rules.Node, kind string, known []string) {
	r.report(n.Position, fmt.Sprintf("unknown %s %q%s", kind, n.Text, r.suggest(n.Text, known)))
}

func (r *reader) suggest(name string, known []string) string {
	if near := r.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) == 0 {
		return "; there is none"
	}
	return "; known here: " + strings.Join(known, ", ")
}

func namesOf[T any](members []member[T]) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Name
	}
	return names
}

// text reads a single value.
func (r *reader) text(n rules.Node) (string, bool) {
	if n.Kind != rules.Scalar {
		r.report(n.Position, "this takes a single value")
		return "", false
	}
	return n.Text, true
}

func (r *reader) bool(n rules.Node) (value, ok bool) {
	text, ok := r.text(n)
	if ok && text != "true" && text != "false" {
		r.report(n.Position, fmt.Sprintf("%q is neither true nor false", text))
		return false, false
	}
	return text == "true", ok
}

func (r *reader) status(n rules.Node) (int, bool) {
	text, ok := r.text(n)
	status, err := strconv.Atoi(text)
	if ok && (err != nil || status < 200 || status > 599) {
		r.report(n.Position, fmt.Sprintf("%q is no status of a response; write one from 200 to 599", text))
		return 0, false
	}
	return status, ok
}

func (r *reader) duration(n rules.Node) (time.Duration, bool) {
	text, ok := r.text(n)
	if !ok {
		return 0, false
	}
	d, err := r.Duration(text)
	if err != nil {
		r.report(n.Position, err.Error())
		return 0, false
	}
	return d, true
}

// texts reads a list of single values, or one alone.
func (r *reader) texts(n rules.Node) ([]string, bool) {
	if n.Kind != rules.List {
		text, ok := r.text(n)
		return []string{text}, ok
	}
	texts, whole := make([]string, 0, len(n.Items)), true
	for _, item := range n.Items {
		text, ok := r.text(item)
		texts, whole = append(texts, text), whole && ok
	}
	return texts, whole
}

// oneOf reads one of several words.
func (r *reader) oneOf(n rules.Node, kind string, known []string) (int, bool) {
	text, ok := r.text(n)
	if !ok {
		return 0, false
	}
	i := slices.Index(known, text)
	if i < 0 {
		r.unknown(n, kind, known)
	}
	return i, i >= 0
}

// fields reads names with a value each into lines of a head. null gives what is left out.
func (r *reader) fields(n rules.Node, null func(rules.Node)) message.Header {
	var h message.Header
	if n.Kind != rules.Map {
		r.report(n.Position, "this takes fields, such as {Accept-Language: de}")
		return nil
	}
	for _, f := range n.Fields {
		if !message.IsToken(f.Name.Text) {
			r.report(f.Name.Position, fmt.Sprintf("%q cannot be the name of a field", f.Name.Text))
			continue
		}
		if f.Value.Kind == 0 {
			null(f.Name)
			continue
		}
		values, ok := r.texts(f.Value)
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				r.report(f.Value.Position, "a field's value is one line")
				ok = false
			}
			if ok {
				h.Add(f.Name.Text, strings.TrimSpace(value))
			}
		}
	}
	return h
}

// noNull reports a field that has no value where one is to be sent.
func (r *reader) noNull(name rules.Node) {
	r.report(name.Position, fmt.Sprintf("%q has no value; give one, or take the field out", name.Text))
}
