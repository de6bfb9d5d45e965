package rules

import (
	"slices"
	"strings"
)

// Entry describes a word of the language of rules: an action, a variable or a function. The reference for users is made of these entries, and
// the compiler goes by them.
type Entry struct {
	Name  string
	Steps []Step // at which it may stand
	Form  string // what is written behind an action; what a variable or a function is, and is called with
	About string // one line
}

// Actions returns what a rule may do, in the order in which people look for it.
func Actions() []Entry {
	entries := make([]Entry, len(actions))
	for i, a := range actions {
		entries[i] = Entry{a.name, a.steps.list(), a.form, a.about}
	}
	return entries
}

// Variables returns what expressions may read.
func Variables() []Entry {
	entries := make([]Entry, len(variables))
	for i, v := range variables {
		entries[i] = Entry{v.name + v.call, v.steps.list(), v.kind.String(), v.about}
	}
	return entries
}

// Functions returns what expressions may call.
func Functions() []Entry {
	entries := make([]Entry, len(functions))
	for i, f := range functions {
		entries[i] = Entry{f.name, anywhere.list(), f.form, f.about}
	}
	return entries
}

// StepNames returns a step's own name and those of the parts of Varnish that do its work.
func StepNames(s Step) (name string, varnish []string) { return s.String(), varnishNames[s] }

var varnishNames = [Steps][]string{
	Request:  {"vcl_recv", "vcl_hash"},
	Fetch:    {"vcl_backend_fetch"},
	Response: {"vcl_backend_response"},
	Deliver:  {"vcl_deliver"},
	Error:    {"vcl_backend_error", "vcl_synth"},
}

// steps is a set of steps.
type steps uint8

func at(list ...Step) (s steps) {
	for _, one := range list {
		s |= 1 << one
	}
	return s
}

const anywhere steps = 1<<Steps - 1

func (s steps) has(step Step) bool { return s&(1<<step) != 0 }

func (s steps) list() []Step {
	var list []Step
	for step := range Steps {
		if s.has(step) {
			list = append(list, step)
		}
	}
	return list
}

func (s steps) String() string {
	names := make([]string, 0, Steps)
	for _, step := range s.list() {
		names = append(names, step.String())
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// stepCalled finds a step by its name.
func stepCalled(name string) (Step, bool) {
	i := slices.Index(stepNames[:], name)
	return Step(max(i, 0)), i >= 0
}

// stepInVarnish finds the step that a name of Varnish stands for, with or without "vcl_".
func stepInVarnish(name string) (Step, bool) {
	for step, names := range varnishNames {
		if slices.Contains(names, name) || slices.Contains(names, "vcl_"+name) {
			return Step(step), true
		}
	}
	return 0, false
}
