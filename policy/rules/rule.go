package rules

import (
	"sync"
	"sync/atomic"
	"time"
)

// rule is a compiled rule. Groups lie flat: the head of a group stands before its members and says where they end.
type rule struct {
	name    string
	at      Position
	builtin bool
	when    func(*Vars) bool // nil holds always
	skip    int              // the next rule if when does not hold, or fails
	deeds   []deed
	ends    bool          // no later rule of the user at this step
	stop    bool          // likewise, and for OnlyTarget as well
	quiet   bool          // the end of a group that stops: nothing that anybody wrote as a rule
	matched *atomic.Int64 // runs in which it matched; nil if quiet
}

// deed is one action of a rule. All values of a rule are worked out before its first deed is done, so a rule that fails has changed nothing.
type deed struct {
	target    bool // it makes the URL another
	texts     []value
	durations []duration
	do        func(t *turn, texts []string, durations []time.Duration)
}

// turn is a rule at work.
type turn struct {
	*Vars
	effects   *Effects
	rule      *rule
	texts     []string
	durations []time.Duration
	changes   []string // filled if effects.Trace
}

var turns = sync.Pool{New: func() any { return new(turn) }}

// act does what a rule wants.
func (r *rule) act(step Step, v *Vars, e *Effects) {
	if len(r.deeds) == 0 && !e.Trace {
		return
	}
	t := turns.Get().(*turn)
	t.Vars, t.effects, t.rule = v, e, r
	t.work()
	t.do()
	if e.Trace && !r.quiet {
		e.Matched = append(e.Matched, Match{Step: step, Rule: r.name, At: r.at, Builtin: r.builtin, Changes: t.changes})
	}
	t.rest()
}

// work works out the values of all deeds.
func (t *turn) work() {
	for i := range t.rule.deeds {
		d := &t.rule.deeds[i]
		if t.effects.OnlyTarget && !d.target {
			continue
		}
		for j := range d.texts {
			t.texts = append(t.texts, d.texts[j].work(t.Vars))
		}
		for _, one := range d.durations {
			length := one.constant
			if one.work != nil {
				length = one.work(t.Vars)
			}
			t.durations = append(t.durations, length)
		}
	}
}

// do does all deeds, in the order in which they stand in the rule.
func (t *turn) do() {
	text, length := 0, 0
	for i := range t.rule.deeds {
		d := &t.rule.deeds[i]
		if t.effects.OnlyTarget && !d.target {
			continue
		}
		d.do(t, t.texts[text:text+len(d.texts)], t.durations[length:length+len(d.durations)])
		text += len(d.texts)
		length += len(d.durations)
	}
}

// rest puts a turn away. One whose rule failed is left to the collector.
func (t *turn) rest() {
	clear(t.texts)
	*t = turn{texts: t.texts[:0], durations: t.durations[:0]}
	turns.Put(t)
}

// changed notes a change for who asked for a trace. Its pieces are joined only then.
func (t *turn) changed(pieces ...string) {
	if !t.effects.Trace {
		return
	}
	change := ""
	for _, piece := range pieces {
		change += piece
	}
	t.changes = append(t.changes, change)
}
