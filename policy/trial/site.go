package trial

import (
	"lacquer/policy"
	"lacquer/policy/rules"
)

// Site is what a test is tried on.
type Site struct {
	Rules    Rules
	Settings policy.Settings
	Default  string            // the backend of what no rule sends elsewhere, "" if there is none
	Tags     []policy.TagField // fields of responses that hold tags
	Expose   bool              // they are not taken off
}

// Rules run at the steps of a request. *rules.Set is one.
type Rules interface {
	Run(step rules.Step, v *rules.Vars, e *rules.Effects)
}

// Outcome is what came of a request.
type Outcome uint8

// The outcomes of a request.
const (
	Miss      Outcome = iota + 1 // the origin was asked, and its answer stored if it may be
	Hit                          // it was stored, and fresh
	Stale                        // it was stored, and served though it was no longer fresh
	Pass                         // the origin was asked, past the store
	Pipe                         // the connection goes to the origin
	Synthetic                    // a rule answered
	Failure                      // the origin is down, and nothing could stand in for it

	outcomes
)

var outcomeNames = [outcomes]string{
	Miss: "miss", Hit: "hit", Stale: "stale", Pass: "pass", Pipe: "pipe", Synthetic: "synthetic", Failure: "error",
}

// String returns the outcome as tests write it.
func (o Outcome) String() string { return outcomeNames[o] }

// Outcomes returns the names of all outcomes.
func Outcomes() []string { return outcomeNames[Miss:] }
