package trial

// Form is how a value of a test is written.
type Form uint8

// Forms of values.
const (
	Text      Form = iota + 1
	Bool           // true or false
	Status         // a number from 200 to 599
	Duration       // 90s, 12h, 7d
	Texts          // a list of texts, or one alone
	Fields         // names with a text each, or null for what is not to be there
	Address        // an IP address
	OutcomeOf      // one of Outcomes
	ReasonOf       // one of policy.Reasons
	KeyParts       // of the key: a text, a list of texts, or {contains: texts}
	BackendOf      // the name of a backend
	RulesOf        // names of rules
	Group          // keys of its own
	Groups         // a list of groups
)

// Key is one key of a test, for whoever describes tests.
type Key struct {
	Name     string
	Form     Form
	Required bool
	Help     string
	Keys     []Key // of a Group
}

// Keys returns the keys of a test.
func Keys() []Key { return keysOf(testMembers()) }

func keysOf[T any](members []member[T]) []Key {
	keys := make([]Key, len(members))
	for i, m := range members {
		keys[i] = m.Key
	}
	return keys
}
