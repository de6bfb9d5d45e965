package trial

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lacquer/policy"
	"lacquer/policy/rules"
)

// expectMembers are the keys of what a test expects.
func expectMembers() []member[[]Expectation] {
	return []member[[]Expectation]{
		boolean("pass", "the origin is asked, past the store", func(x *Result) (bool, bool) { return x.Outcome == Pass, true }),
		boolean("pipe", "the connection goes to the origin", func(x *Result) (bool, bool) { return x.Outcome == Pipe, true }),
		word("outcome", OutcomeOf, "what comes of it", func(*reader) []string { return Outcomes() }, func(x *Result) string { return x.Outcome.String() }),
		boolean("stored", "the origin's answer is or was stored", wasStored),
		word("reason", ReasonOf, "why it was not stored or not looked up, or how what is stored was used", func(*reader) []string { return Reasons() }, func(x *Result) string { return x.Reason.String() }),
		{Key{Name: "key", Form: KeyParts, Help: "host, path and query; or the list of what rules add; or {contains: ...} for a piece of any of them"}, expectKey},
		text("url", "path and query as they are looked up", func(x *Result) string { return x.Request.URI() }),
		span("ttl", "how long it is still fresh", func(j *policy.Judgement, x *Result) time.Duration { return x.TTL }),
		span("stale_while_revalidate", "how long after that it is served while it is refreshed", func(j *policy.Judgement, _ *Result) time.Duration { return j.Freshness.StaleWhileRevalidate }),
		span("stale_if_error", "how long after that it is served while the origin fails", func(j *policy.Judgement, _ *Result) time.Duration { return j.Freshness.StaleIfError }),
		span("keep", "how long it is kept to be validated", func(j *policy.Judgement, _ *Result) time.Duration { return j.Freshness.Keep }),
		word("backend", BackendOf, "the backend that is asked", func(r *reader) []string { return r.Backends }, func(x *Result) string { return x.Backend }),
		{Key{Name: "fetch", Form: Group, Help: "the request to the origin", Keys: keysOf(fetchMembers())}, expectFetch},
		{Key{Name: "status", Form: Status, Help: "of the response to the client"}, expectStatus},
		text("redirect", "where the client is sent", redirectOf),
		{Key{Name: "headers", Form: Fields, Help: "of the response to the client"}, expectHeaders},
		text("body", "of a response that a rule makes, or of an error", func(x *Result) string { return string(x.Body) }),
		{Key{Name: "tags", Form: Texts, Help: "all that it is stored under, in any order"}, expectTags},
		{Key{Name: "rules", Form: RulesOf, Help: "the rules that matched: all of them, each once, in order, without the built-in ones"}, expectRules},
	}
}

func readExpect(r *reader, n rules.Node, t *Test) {
	readGroup(r, n, "expect", expectMembers(), &t.Expect)
}

// expect adds an expectation.
func expect(into *[]Expectation, key string, n rules.Node, want string, check func(*Result) (string, bool)) {
	*into = append(*into, Expectation{Key: key, At: n.Position, Want: want, check: check})
}

// noResponse is what was got where an answer of the origin was wanted and the test gives none.
const noResponse = "no response; give the origin's by response: {status: 200}"

func boolean(key, help string, got func(*Result) (value, known bool)) member[[]Expectation] {
	return member[[]Expectation]{Key{Name: key, Form: Bool, Help: help}, func(r *reader, n rules.Node, into *[]Expectation) {
		want, ok := r.bool(n)
		if !ok {
			return
		}
		expect(into, key, n, strconv.FormatBool(want), func(x *Result) (string, bool) {
			value, known := got(x)
			if !known {
				return noResponse, false
			}
			return strconv.FormatBool(value), value == want
		})
	}}
}

func wasStored(x *Result) (stored, known bool) {
	if x.Judged == nil {
		return false, x.Outcome == Synthetic || x.Outcome == Failure || x.Outcome == Pipe
	}
	return x.Judged.Store, true
}

// word expects one of several words, which the reader knows.
func word(key string, form Form, help string, known func(*reader) []string, got func(*Result) string) member[[]Expectation] {
	return member[[]Expectation]{Key{Name: key, Form: form, Help: help}, func(r *reader, n rules.Node, into *[]Expectation) {
		if _, ok := r.oneOf(n, key, known(r)); ok {
			expectText(into, key, n, got)
		}
	}}
}

func text(key, help string, got func(*Result) string) member[[]Expectation] {
	return member[[]Expectation]{Key{Name: key, Form: Text, Help: help}, func(r *reader, n rules.Node, into *[]Expectation) {
		if _, ok := r.text(n); ok {
			expectText(into, key, n, got)
		}
	}}
}

func expectText(into *[]Expectation, key string, n rules.Node, got func(*Result) string) {
	expect(into, key, n, shown(n.Text), func(x *Result) (string, bool) {
		g := got(x)
		return shown(g), g == n.Text
	})
}

func shown(text string) string {
	if text == "" {
		return "nothing"
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' }) {
		return strconv.Quote(text)
	}
	return text
}

// Reasons returns the names of all reasons.
func Reasons() []string {
	var names []string
	for _, reason := range policy.Reasons() {
		names = append(names, reason.String())
	}
	return names
}

// span expects a duration of what is judged.
func span(key, help string, got func(*policy.Judgement, *Result) time.Duration) member[[]Expectation] {
	return member[[]Expectation]{Key{Name: key, Form: Duration, Help: help}, func(r *reader, n rules.Node, into *[]Expectation) {
		want, ok := r.duration(n)
		if !ok {
			return
		}
		expect(into, key, n, n.Text, func(x *Result) (string, bool) {
			if x.Judged == nil {
				return noResponse, false
			}
			d := got(x.Judged, x)
			return inUnits(d), d == want
		})
	}}
}

// inUnits writes a duration as it is written in a configuration.
func inUnits(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	units := []struct {
		name string
		time time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}}
	var b strings.Builder
	for _, u := range units {
		if n := d / u.time; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d %= u.time
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return sign + b.String()
}
