package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// readFile reads the layer of the file.
func (l *loader) readFile(src Source) {
	text := src.Data
	if text == nil {
		if src.File == "" {
			return
		}
		var err error
		if text, err = l.files.ReadFile(src.File); err != nil {
			l.report(Place{Source: src.File}, unreadable(err, "name the configuration by -c FILE"))
			return
		}
	}
	l.config.Documents = append(l.config.Documents, Document{Path: src.File, Text: text})
	root := l.parseYAML(src.File, text)
	readSection(l, root, configSettings(), "", l.config)
}

// unreadable says in a user's words why a file cannot be read. The advice is what to do where it is not there.
func unreadable(err error, advice string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file; " + advice
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; let this user read the file"
	case errors.Is(err, syscall.EISDIR):
		return "is a directory; " + strings.Replace(advice, "the configuration", "a file", 1)
	}
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return "cannot be read: " + err.Error()
}

// readSection reads the keys beneath section ("" for the root) into target, by the table known.
func readSection[T any](l *loader, n node, known settings[T], section string, target *T) {
	switch n.kind {
	case nothing, broken:
		return
	case scalar, list:
		l.report(n.at, fmt.Sprintf("%s is to hold keys, each with a colon, not a %s", sectionName(section), n.kind))
		return
	}
	for _, p := range n.pairs {
		key := p.key
		if section != "" {
			key = section + "." + p.key
		}
		readKey(l, p, known, key, target)
	}
}

func readKey[T any](l *loader, p pair, known settings[T], key string, target *T) {
	s, ok := known.find(key)
	switch {
	case ok && s.unbuilt:
		l.report(p.at, fmt.Sprintf("%q is not in this version; take it out", p.key))
	case ok && s.nested != nil:
		s.nested(l, p.value)
	case known.isSection(key) && (!ok || p.value.kind == mapping || p.value.kind == nothing):
		readSection(l, p.value, known, key, target)
	case ok:
		readValue(l, p, s, target)
	default:
		l.report(p.at, fmt.Sprintf("unknown key %q%s", p.key, known.suggest(key)))
	}
}

// readValue gives a setting its value from the file.
func readValue[T any](l *loader, p pair, s setting[T], target *T) {
	values := []node{p.value}
	switch kind := p.value.kind; {
	case kind == broken:
		return
	case kind == nothing && s.list:
		l.report(p.at, fmt.Sprintf("%q has no value; write [] for none", p.key))
		return
	case kind == nothing:
		l.report(p.at, fmt.Sprintf("%q has no value; give one, or take the key out", p.key))
		return
	case kind == list && s.list:
		values = p.value.items
	case kind != scalar:
		l.report(p.value.at, fmt.Sprintf("%q takes %s, not a %s", p.key, s.takes(), kind))
		return
	case s.list:
		values = elements(p.value)
	}
	assign(l, values, p.key+": ", s, target)
}

// assign hands values to a setting, one after the other, and reports what it refuses at the place of each. The label stands
// before what is reported.
func assign[T any](l *loader, values []node, label string, s setting[T], target *T) {
	if s.begin != nil {
		s.begin(target)
	}
	for _, v := range values {
		if v.kind == broken {
			continue
		}
		if s.pairs && v.kind == mapping && len(v.pairs) == 1 && v.pairs[0].value.kind == scalar {
			v = node{kind: scalar, at: v.at, text: v.pairs[0].key + ": " + v.pairs[0].value.text}
		}
		if v.kind != scalar {
			l.report(v.at, fmt.Sprintf("%sa %s cannot stand in this list", label, v.kind))
			continue
		}
		if err := s.set(target, v.text); err != nil {
			l.report(v.at, label+err.Error())
		}
	}
}

// elements splits a single text where a list is wanted at its commas, as in the environment. An empty text is an empty list.
func elements(n node) []node {
	if strings.TrimSpace(n.text) == "" {
		return nil
	}
	var items []node
	for text := range strings.SplitSeq(n.text, ",") {
		items = append(items, node{kind: scalar, at: n.at, text: strings.TrimSpace(text)})
	}
	return items
}

func (s setting[T]) takes() string {
	if s.list {
		return "a list"
	}
	return "a single value"
}

func (k kind) String() string {
	return [...]string{nothing: "missing value", scalar: "single value", list: "list", mapping: "group of keys", broken: "broken value"}[k]
}

func sectionName(section string) string {
	if section == "" {
		return "a configuration"
	}
	return section
}
