package daemon

import (
	"fmt"
	"time"

	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

// TryRules runs the tests of the rules, as at now. The error is nil, or an *Error with a problem for each expectation that was not met; the last
// one of a test tells which rules matched.
func (c *Config) TryRules(now time.Time) error {
	site := &trial.Site{
		Rules:    c.Rules,
		Settings: c.Cache.Settings,
		Default:  c.Backend.Name,
		Tags:     c.Purge.Tags,
		Expose:   c.Purge.Expose,
	}
	var problems []Problem
	for i := range c.Tests {
		t := &c.Tests[i]
		result := site.Try(t, now)
		faults := t.Check(result)
		for _, fault := range faults {
			problems = append(problems, c.problem(t, fault))
		}
		if len(faults) > 0 {
			problems[len(problems)-1].Notes = matchNotes(result.Matched)
		}
	}
	if len(problems) > 0 {
		return &Error{Problems: problems}
	}
	return nil
}

// problem says which expectation was not met.
func (c *Config) problem(t *trial.Test, fault trial.Fault) Problem {
	at := placeOf(fault.At)
	return Problem{
		Place:   at,
		Text:    fmt.Sprintf("test %q: %s: expected %s, got %s", t.Name, fault.Key, fault.Want, fault.Got),
		Excerpt: excerpt(c.lines[at.Source], at),
	}
}

// matchNotes tells which rules matched, where they stand and what they changed.
func matchNotes(matched []rules.Match) []string {
	if len(matched) == 0 {
		return []string{"no rule matched"}
	}
	notes := []string{"rules that matched:"}
	for _, m := range matched {
		where := "built in"
		if !m.Builtin {
			where = placeOf(m.At).String()
		}
		notes = append(notes, fmt.Sprintf("  %-8s %s (%s)", m.Step, m.Rule, where))
		for _, change := range m.Changes {
			notes = append(notes, "             "+change)
		}
		if m.Err != nil {
			notes = append(notes, fmt.Sprintf("             failed and was skipped: %v", m.Err))
		}
	}
	return notes
}
