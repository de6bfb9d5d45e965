package proxy

import (
	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// choose lets the request rules speak and says which way they and the request itself choose: an answer of a rule's, pipe, pass, or else the look-up
// (ResultMiss), for which the key is made then.
func (t *transaction) choose() (Result, policy.Reason) {
	r := t.request
	dropOwnCookie(&r.Header)
	came := *r.Request
	wishes := t.run(rules.Request, nil)
	t.asked = asked(&came, r.Request)
	if wishes.Respond != nil {
		return ResultSynthetic, policy.RuleAnswer
	}
	t.backend = t.site.Default
	if wishes.Backend != "" {
		t.backend = wishes.Backend
	}
	why := policy.PassReason(r.Request, r.Body != nil)
	switch {
	case why == policy.PassUpgrade:
		return ResultPipe, why
	case wishes.Pipe:
		return ResultPipe, policy.PassRule
	case why != policy.None:
		return ResultPass, why
	case wishes.Pass:
		return ResultPass, policy.PassRule
	}
	normalise(&r.Header)
	t.key = policy.KeyOf(r.Request, keyParts(wishes)...)
	t.identity = policy.BearsIdentity(r.Request)
	return ResultMiss, policy.None
}

// backendPart begins a part of the key that is a backend: with a byte that no value of a rule can hold.
const backendPart = "\x00backend "

// keyParts are what rules add to the key: what they say, and the backend that they choose, or what one of two has would be served for the other.
func keyParts(wishes *rules.Effects) []string {
	if wishes.Backend == "" {
		return wishes.Key
	}
	return append(wishes.Key, backendPart+wishes.Backend)
}

// asked returns the primary key of a request as it came, if rules have made another of it; else "".
func asked(came, is *message.Request) string {
	if came.Authority == is.Authority && came.Path == is.Path && came.Query == is.Query && came.HasQuery == is.HasQuery {
		return ""
	}
	return policy.KeyOf(came).Primary
}
