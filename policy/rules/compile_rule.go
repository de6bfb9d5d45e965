package rules

import "sync/atomic"

// compile compiles a draft for each step at which it runs: one, but for groups that leave the step to their members.
func (c *compiler) compile(d draft) {
	for _, step := range d.steps.list() {
		c.compileAt(&d, step)
	}
}

// compileAt puts a rule, and the members of a group behind it, at the end of a step's rules.
func (c *compiler) compileAt(d *draft, step Step) {
	if !d.steps.has(step) {
		return
	}
	c.rule = d.name
	p := &c.set.steps[step]
	index := len(p.rules)
	p.rules = append(p.rules, rule{name: d.name, at: d.at, builtin: c.builtin, when: c.condition(d, step), matched: new(atomic.Int64)})
	c.set.infos = append(c.set.infos, RuleInfo{d.name, step, d.at, c.builtin})
	deeds, ends := c.deeds(d, step)
	stop := d.stop
	for i := range d.members {
		c.compileAt(&d.members[i], step)
	}
	// The end of a group that stops is a rule of its own: its members come first.
	if (stop || ends) && len(d.members) > 0 {
		p.rules = append(p.rules, rule{name: d.name, at: d.at, builtin: c.builtin, stop: stop, ends: ends, quiet: true, skip: len(p.rules) + 1})
		stop, ends = false, false
	}
	r := &p.rules[index]
	r.deeds, r.ends, r.stop, r.skip = deeds, ends, stop, len(p.rules)
}

// condition compiles the when of a rule; nil holds always.
func (c *compiler) condition(d *draft, step Step) func(*Vars) bool {
	if d.when == nil {
		return nil
	}
	n := d.when
	if n.Kind != Scalar {
		c.problem(n.Position, "when wants an expression, not a "+n.Kind.name(), "join conditions with && or ||")
		return nil
	}
	compiled, ok := c.expression(source{n, 0, len(n.Text)}, step)
	if !ok {
		return nil
	}
	if compiled.kind != truth {
		hint := ""
		if compiled.kind == text {
			hint = `compare it: ... != ""`
		}
		c.problemIn(source{n, 0, len(n.Text)}, 0, "when wants true or false, this is a "+compiled.kind.String(), hint)
		return nil
	}
	if compiled.constant {
		switch held, err := compiled.worked(); {
		case err != nil:
			c.problemIn(source{n, 0, len(n.Text)}, 0, "when fails for every request: "+err.Error(), "")
		case held == false:
			c.problemIn(source{n, 0, len(n.Text)}, 0, "the rule is never reached: when never holds", "take the rule away")
		default:
			return nil
		}
	}
	return compiled.truth
}

// deeds compiles the actions of a rule, in the order in which they are written.
func (c *compiler) deeds(d *draft, step Step) (deeds []deed, ends bool) {
	for _, f := range d.actions {
		a := actionCalled(f.Name.Text)
		done, ok := a.compile(c, &f.Value, step)
		if ok {
			deeds = append(deeds, done)
		}
		ends = ends || a.ends
	}
	return deeds, ends
}

// findUnreachable reports rules that stand behind one which ends their step for every request.
func (c *compiler) findUnreachable(drafts []draft) {
	var ended steps
	var by [Steps]*draft
	for i := range drafts {
		d := &drafts[i]
		if d.steps != 0 && d.steps&^ended == 0 {
			c.rule = d.name
			before := by[d.steps.list()[0]]
			c.problem(d.at, "the rule is never reached: rule "+ruleName(before.name)+" before it ends the step for every request", "put it before, or give that one a when")
			continue
		}
		for _, step := range d.always().list() {
			ended |= at(step)
			by[step] = d
		}
	}
	c.rule = ""
}

// always returns the steps that a draft ends for every request that reaches it.
func (d *draft) always() (ended steps) {
	if d.when != nil && !(d.when.Kind == Scalar && d.when.Text == "true") {
		return 0
	}
	if d.stop {
		return d.steps
	}
	for _, f := range d.actions {
		if a := actionCalled(f.Name.Text); a.ends {
			return d.steps
		}
	}
	for i := range d.members {
		ended |= d.members[i].always()
	}
	return ended
}
