package rules

// Matched returns how often each rule has matched a request since the set was made, by name; those that never have are left out. Only runs
// with Hooks count: what is merely tried does not.
func (s *Set) Matched() map[string]int64 {
	if s == nil {
		return nil
	}
	counts := make(map[string]int64)
	for step := range s.steps {
		for i := range s.steps[step].rules {
			r := &s.steps[step].rules[i]
			if r.quiet {
				continue
			}
			if n := r.matched.Load(); n > 0 {
				counts[r.name] += n
			}
		}
	}
	return counts
}
