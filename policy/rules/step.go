package rules

// Step is a moment in the life of a request at which rules apply.
type Step uint8

// The steps in the order of a request's life. In Varnish's words: recv and hash; backend_fetch; backend_response; deliver;
// backend_error and synth.
const (
	Request Step = iota
	Fetch
	Response
	Deliver
	Error

	Steps // how many there are
)

var stepNames = [Steps]string{"request", "fetch", "response", "deliver", "error"}

func (s Step) String() string { return stepNames[s] }
