package proxy

import (
	"strings"

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
	obeyed := wishes.Obey
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
	parts := keyParts(wishes)
	if r.Method == "QUERY" {
		whole, err := t.takeContent()
		if err != nil {
			t.failure = &failure{reason: policy.Refused, err: err}
			return ResultError, policy.Refused
		}
		if !whole {
			return ResultPass, policy.PassRequestBody
		}
		parts = append(parts, policy.QueryPart(r.Header, t.content))
	}
	normalise(&r.Header)
	t.wants = policy.WantsOf(r.Header, obeyed)
	t.identity = policy.BearsIdentity(r.Request)
	t.makeKey(parts)
	return ResultMiss, policy.None
}

// makeKey makes the key. It leaves out what does not count of the query, as the last answer for this path had it.
func (t *transaction) makeKey(parts []string) {
	start := len(t.text)
	t.text = policy.AppendPrimary(t.text, t.request.Request)
	primary := t.since(start)
	start = len(t.text)
	t.text = policy.AppendBase(t.text, t.request.Scheme, parts)
	t.key.Base = t.since(start)
	t.key.Primary, t.search, t.learned = t.server.canonical(primary)
	if t.asked == "" && t.key.Primary != primary {
		t.asked = strings.Clone(primary)
	}
}

// canonical returns the primary key under which a page is stored whose query has parts that do not count, which those are, and where the log of purges
// stood when that was learned.
func (s *Server) canonical(primary string) (key string, search policy.Search, since uint64) {
	path, query, _ := strings.Cut(primary, "?")
	search, since = s.store.Search(path)
	if search == (policy.Search{}) {
		return primary, search, 0
	}
	if query = search.Canonical(query); query != "" {
		path += "?" + query
	}
	return path, search, since
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
