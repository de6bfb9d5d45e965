package rules

import (
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// Effects is what the rules of one step wish, beyond the changes of heads that they have made. The zero value wishes nothing; Reset makes it
// so again and keeps its memory. Texts may be cut from the heads in Vars, and then last as long as the bytes of these; Tags and names of
// backends last.
type Effects struct {
	// At Request.
	Pass, Pipe bool
	Backend    string      // "" for the default
	Key        []string    // parts to be added to the key, in order
	Obey       policy.Obey // what the client says in Cache-Control, as far as it is to be obeyed

	// At Request and Error: an answer of our own, redirects included.
	Respond *Answer

	// At Response.
	Wishes policy.Wishes
	Tags   []string
	Retry  *Retry

	// At Deliver and Error.
	Restart *Restart

	// Trace asks for Matched to be filled, which allocates: for explain and for tests of rules.
	Trace   bool
	Matched []Match

	// OnlyTarget lets rules do nothing but url, host and query; stop still stops. By it a purge finds the key of the page that it means: hand in
	// the request as a GET. It stays through Reset, as Trace does.
	OnlyTarget bool
}

// Reset makes e wish nothing, and keeps its memory.
func (e *Effects) Reset() {
	clear(e.Key)
	clear(e.Tags)
	clear(e.Matched)
	*e = Effects{Key: e.Key[:0], Tags: e.Tags[:0], Matched: e.Matched[:0], Trace: e.Trace, OnlyTarget: e.OnlyTarget}
}

// Answer is a response of our own.
type Answer struct {
	Status  int
	Headers message.Header
	Body    []byte
}

// Retry asks the origin again.
type Retry struct{ Backend string } // "" for the same one

// Restart begins the request again, changed.
type Restart struct {
	URL string // path and query, "" for the same
	Set message.Header
}

// Match is a rule that matched, and what it changed, in words.
type Match struct {
	Step    Step
	Rule    string // its name; "rule 3" if it has none
	At      Position
	Changes []string
	Builtin bool
	Err     error // it failed at run time and was skipped
	Took    time.Duration
}
