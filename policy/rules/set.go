package rules

import "time"

// Set is the rules of a site with the built-in ones behind them, compiled. It is not changed once it is made, and safe for concurrent use.
type Set struct {
	steps [Steps]program
	infos []RuleInfo
	clock func() time.Time
}

// program is what runs at one step.
type program struct {
	rules []rule
	own   int // the user's rules; the built-in ones stand behind them
}

// RuleInfo says which rule stands where.
type RuleInfo struct {
	Name    string
	Step    Step
	At      Position
	Builtin bool
}

// Names returns all rules: the user's in their order, step by step for groups that span several, then the built-in ones.
func (s *Set) Names() []RuleInfo { return s.infos }

// Run runs the rules of a step in their order: it changes the heads in v and fills e, which keeps what earlier steps have put there. A rule
// that fails is skipped as if it had not matched. Where no rule matches, nothing is allocated.
func (s *Set) Run(step Step, v *Vars, e *Effects) {
	p := &s.steps[step]
	for next := 0; next < len(p.rules); {
		next = s.run(step, p, next, v, e)
	}
}

// run runs rules from one on until they end or one fails, and returns where to go on. One recovery serves them all: each rule having its
// own would cost more than most conditions.
func (s *Set) run(step Step, p *program, next int, v *Vars, e *Effects) (after int) {
	var began time.Time
	defer func() {
		if fault := recover(); fault != nil {
			after = p.rules[next].failed(step, asError(fault), v, e)
		}
	}()
	for next < len(p.rules) {
		r := &p.rules[next]
		if e.Trace && s.clock != nil {
			began = s.clock()
		}
		if r.when != nil && !r.when(v) {
			next = r.skip
			continue
		}
		r.act(step, v, e)
		if v.Hooks != nil && !r.quiet {
			r.matched.Add(1)
		}
		if e.Trace && s.clock != nil && !r.quiet {
			e.Matched[len(e.Matched)-1].Took = s.clock().Sub(began)
		}
		switch {
		case r.stop || r.ends && !e.OnlyTarget:
			next = p.behind(next)
		default:
			next++
		}
	}
	return next
}

// behind returns where to go on when a rule ends the step: a rule of the user leaves the built-in ones to run.
func (p *program) behind(i int) int {
	if i < p.own {
		return p.own
	}
	return len(p.rules)
}

// failed tells who wants to know that a rule failed, and returns where to go on.
func (r *rule) failed(step Step, err error, v *Vars, e *Effects) int {
	if e.Trace {
		e.Matched = append(e.Matched, Match{Step: step, Rule: r.name, At: r.at, Builtin: r.builtin, Err: err})
	}
	if v.Hooks != nil {
		v.Hooks.Failed(r.name, err)
	}
	return r.skip
}
