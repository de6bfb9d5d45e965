package trial

import (
	"net/netip"
	"time"

	"lacquer/message"
	"lacquer/policy/rules"
)

// Test is one made-up request, and what is expected to come of it.
type Test struct {
	Name     string
	At       rules.Position
	Request  *message.Request
	Client   netip.Addr
	Response *Response // the origin's; nil where the test ends at the question what the origin is asked
	// Later says that the request came first when nothing was stored, and that what is expected is of the same request again,
	// After that.
	Later  bool
	After  time.Duration
	Down   bool // the origin cannot be reached; where Later, only then
	Expect []Expectation
}

// Response is what the origin answers.
type Response struct {
	Head *message.Response
	Body []byte
}

// Expectation is one thing that is expected.
type Expectation struct {
	Key   string // as the test names it
	At    rules.Position
	Want  string // in the words of the report
	check func(*Result) (got string, ok bool)
}

// Fault is an expectation that was not met.
type Fault struct {
	Expectation
	Got string
}

// Check returns the expectations that a result does not meet.
func (t *Test) Check(r *Result) []Fault {
	var faults []Fault
	for _, e := range t.Expect {
		if got, ok := e.check(r); !ok {
			faults = append(faults, Fault{Expectation: e, Got: got})
		}
	}
	return faults
}
