package rules

import (
	"fmt"
	"strconv"
	"time"
)

// Options is what rules are compiled with. The zero value knows no backends and reads no files.
type Options struct {
	Backends []string                          // their names
	ReadFile func(name string) ([]byte, error) // for the files of respond; nil refuses them
	MaxNodes int                               // the parts that an expression may have; 0 for 500
	Clock    func() time.Time                  // tells how long a rule took, where a trace is asked for; nil leaves that out
}

// compiler is the compilation of one set of rules.
type compiler struct {
	backends    []string
	readFile    func(name string) ([]byte, error)
	maxNodes    int
	machineOnly bool

	set      *Set
	problems Problems
	rule     string              // the name of the one being compiled
	names    map[string]Position // of the user's rules
	builtin  bool                // the built-in rules are being compiled
}

// Compile makes a set of the items of "rules:", each a map, with the built-in rules behind them. The error is of type Problems and
// has everything that is wrong.
func Compile(source []Node, o Options) (*Set, error) { return compile(source, o, false) }

func compile(source []Node, o Options, machineOnly bool) (*Set, error) {
	c := &compiler{
		backends:    o.Backends,
		readFile:    o.ReadFile,
		maxNodes:    o.MaxNodes,
		machineOnly: machineOnly,
		set:         &Set{clock: o.Clock},
		names:       make(map[string]Position),
	}
	if c.maxNodes <= 0 {
		c.maxNodes = defaultMaxNodes
	}
	for _, d := range c.drafts(source, "", nil) {
		c.compile(d)
	}
	for step := range c.set.steps {
		p := &c.set.steps[step]
		p.own = len(p.rules)
	}
	c.builtin = true
	for _, d := range c.drafts(builtinRules, "", nil) {
		if _, replaced := c.names[d.name]; !replaced {
			c.compile(d)
		}
	}
	if len(c.problems) > 0 {
		return nil, c.sorted(source)
	}
	return c.set, nil
}

// draft is a rule that has been read but not compiled.
type draft struct {
	name    string
	at      Position
	step    Step  // if there is one
	steps   steps // at which it or its members run
	when    *Node // nil holds always
	actions []*Field
	members []draft
	stop    bool
}

// drafts reads a list of rules. prefix numbers those of a group; step is the group's, nil if it leaves that to its members.
func (c *compiler) drafts(list []Node, prefix string, step *Step) []draft {
	drafts := make([]draft, 0, len(list))
	for i := range list {
		number := prefix + strconv.Itoa(i+1)
		if d, ok := c.draft(&list[i], number, step); ok {
			drafts = append(drafts, d)
		}
	}
	c.rule = ""
	c.findUnreachable(drafts)
	return drafts
}

// draft reads a rule: its name, its step and its keys.
func (c *compiler) draft(n *Node, number string, group *Step) (d draft, ok bool) {
	c.rule = "rule " + number
	if n.Kind != Map {
		c.problem(n.Position, "a rule is a map, not a "+n.Kind.name(), "write - name: ..., on: ..., and what it does")
		return draft{}, false
	}
	d = draft{name: c.rule, at: n.Position}
	var on, members *Node
	for i := range n.Fields {
		f := &n.Fields[i]
		switch f.Name.Text {
		case "name":
			c.readName(&d, &f.Value)
		case "on":
			on = &f.Value
		case "when":
			d.when = &f.Value
		case stopAction:
			d.stop = true
		case groupAction:
			members = &f.Value
		}
	}
	ok = c.readStep(&d, on, group, members != nil)
	ok = c.readActions(&d, n, ok) && ok
	if ok && members != nil {
		ok = c.readMembers(&d, members, number, on != nil || group != nil)
	}
	c.rule = d.name
	if ok && len(d.actions) == 0 && !d.stop && members == nil {
		c.problem(d.at, "the rule does nothing", "give it an action")
		ok = false
	}
	return d, ok
}

// readName takes over the name of a rule, which is its own.
func (c *compiler) readName(d *draft, n *Node) {
	if n.Kind != Scalar || n.Text == "" {
		c.problem(n.Position, "the name of a rule is a text", "")
		return
	}
	d.name, c.rule = n.Text, n.Text
	if c.builtin {
		return
	}
	if first, twice := c.names[n.Text]; twice {
		c.problem(n.Position, fmt.Sprintf("the name is used already, in line %d", first.Line), "give each rule a name of its own")
		return
	}
	c.names[n.Text] = n.Position
}

// readStep finds the step of a rule. A group may leave it to its members; a member may leave it to its group.
func (c *compiler) readStep(d *draft, on *Node, group *Step, isGroup bool) bool {
	if on == nil {
		if group != nil {
			d.step, d.steps = *group, at(*group)
		} else if !isGroup {
			c.problem(d.at, "the rule does not say on which step it runs", "write on: request, fetch, response, deliver or error")
			return false
		}
		return true
	}
	step, ok := stepCalled(on.Text)
	if on.Kind != Scalar || !ok {
		hint := didYouMean(on.Text, stepNames[:])
		if meant, known := stepInVarnish(on.Text); known {
			hint = fmt.Sprintf("what Varnish does there is done on: %s", meant)
		}
		c.problem(on.Position, fmt.Sprintf("there is no step %q", on.Text), hint)
		return false
	}
	if group != nil && *group != step {
		c.problem(on.Position, fmt.Sprintf("the group runs on %s, and so do its rules", *group), "leave on: out, or take it from the group")
		return false
	}
	d.step, d.steps = step, at(step)
	return true
}

// readActions sorts the keys of a rule out: which are actions, and whether they may stand here. Without a step it looks at names only.
func (c *compiler) readActions(d *draft, n *Node, hasStep bool) bool {
	ok := true
	for i := range n.Fields {
		f := &n.Fields[i]
		switch f.Name.Text {
		case "name", "on", "when", groupAction:
			continue
		case stopAction:
			ok = c.flag(&f.Value, stopAction) && ok
			continue
		}
		a := actionCalled(f.Name.Text)
		switch {
		case a == nil:
			c.problem(f.Name.Position, fmt.Sprintf("a rule knows no %q", f.Name.Text), didYouMean(f.Name.Text, keysOfRules()))
		case !hasStep:
		case d.steps == 0:
			c.problem(f.Name.Position, fmt.Sprintf("a group with %s needs a step", a.name), "write on:, or put it into a rule of the group")
		case !a.steps.has(d.step):
			c.problem(f.Name.Position, fmt.Sprintf("%s cannot stand at %s", a.name, d.step), "it stands at "+a.steps.String())
		default:
			d.actions = append(d.actions, f)
			continue
		}
		ok = false
	}
	return ok
}

func (c *compiler) readMembers(d *draft, members *Node, number string, hasStep bool) bool {
	if members.Kind != List || len(members.Items) == 0 {
		c.problem(members.Position, "rules wants a list of rules", "")
		return false
	}
	var group *Step
	if hasStep {
		group = &d.step
	}
	d.members = c.drafts(members.Items, number+".", group)
	for i := range d.members {
		d.steps |= d.members[i].steps
	}
	return true
}
