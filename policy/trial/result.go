package trial

import (
	"slices"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// Result is what came of a test's last request.
type Result struct {
	Outcome Outcome
	Reason  policy.Reason // why it went past the store, was not stored, or came from the store; None for what was stored just now

	Request *message.Request // as it was looked up
	Key     policy.Key
	Parts   []string // of the key, added by rules
	Backend string   // that was or would be asked; "" if there is none

	Asked    *message.Request  // as the origin got it; nil if it was not asked
	Judged   *policy.Judgement // of the origin's last answer; nil without one
	TTL      time.Duration     // how long that answer was good when it came
	Tags     []string          // of that answer
	Response *message.Response // as the client got it; nil if nobody answered
	Body     []byte            // of a response that a rule or we ourselves made

	Matched []rules.Match // rules that matched, of all visits in order
}

// RuleNames returns the names of the user's own rules that matched, each once, in the order in which they first did.
func (r *Result) RuleNames() []string {
	var names []string
	for _, m := range r.Matched {
		if !m.Builtin && !slices.Contains(names, m.Rule) {
			names = append(names, m.Rule)
		}
	}
	return names
}
