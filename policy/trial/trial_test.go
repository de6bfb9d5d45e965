package trial_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 123456789, time.UTC)

// ruleset is what the rules of each step do, as if they had been written and compiled.
type ruleset map[rules.Step]func(v *rules.Vars, e *rules.Effects)

func (s ruleset) Run(at rules.Step, v *rules.Vars, e *rules.Effects) {
	if do := s[at]; do != nil {
		e.Matched = append(e.Matched, rules.Match{Step: at, Rule: "at " + at.String()})
		do(v, e)
	}
}

var settings = policy.Settings{MaxObject: 1 << 20, Heuristics: true, StaleIfError: 24 * time.Hour, Keep: 10 * time.Minute}

func siteWith(s ruleset) *trial.Site {
	return &trial.Site{Rules: s, Settings: settings, Default: "app", Tags: policy.TagFields()}
}

// try runs one test, and returns what was not as expected.
func try(t *testing.T, site *trial.Site, n rules.Node) []string {
	t.Helper()
	test := read(t, n)
	var faults []string
	for _, fault := range test.Check(site.Try(test, noon)) {
		faults = append(faults, fmt.Sprintf("%s: want %s, got %s", fault.Key, fault.Want, fault.Got))
	}
	return faults
}

// answer is an origin's response with these fields.
func answer(pairs ...any) rules.Node { return fields("headers", fields(pairs...)) }

// TestOutcomes: what comes of a request without any rules, as a site without rules would have it.
func TestOutcomes(t *testing.T) {
	f := func(n rules.Node, expect ...any) {
		t.Helper()
		n.Fields = append(n.Fields, rules.Field{Name: node("expect"), Value: fields(expect...)})
		for _, fault := range try(t, siteWith(nil), n) {
			t.Error(fault)
		}
	}
	page := fields("url", "/page")
	aMinute := answer("Cache-Control", "max-age=60")

	// Asked once.
	f(fields("request", page), "outcome", "miss", "backend", "app", "key", "localhost/page", "rules", list())
	f(fields("request", page, "response", aMinute), "outcome", "miss", "stored", "true", "ttl", "60s", "status", "200")
	f(fields("request", page, "response", answer("Cache-Control", "no-store")), "stored", "false", "reason", "no-store")
	f(fields("request", fields("url", "/", "cookies", fields("id", "1")), "response", fields()), "stored", "false")
	f(fields("request", fields("url", "/", "method", "POST")), "outcome", "pass", "pass", "true", "reason", "method")
	f(fields("request", fields("url", "/", "headers", fields("Connection", "upgrade", "Upgrade", "websocket"))), "pipe", "true", "reason", "upgrade")

	// Asked again.
	f(fields("request", page, "response", aMinute, "after", "59s"), "outcome", "hit", "reason", "fresh", "ttl", "1s", "headers", fields("Age", "59"))
	f(fields("request", page, "response", aMinute, "after", "60s"), "outcome", "miss", "reason", "expired")
	swr := answer("Cache-Control", "max-age=60, stale-while-revalidate=30")
	f(fields("request", page, "response", swr, "after", "89s"), "outcome", "stale", "reason", "stale-while-revalidate")
	f(fields("request", page, "response", answer("Cache-Control", "no-cache", "ETag", `"a"`), "after", "1s"), "outcome", "miss", "reason", "must-validate")
	f(fields("request", page, "response", answer("Cache-Control", "no-store"), "after", "1s"), "outcome", "miss", "reason", "no-store")

	// The origin is down: at once, or when the request comes again.
	down := fields("healthy", "false")
	f(fields("request", page, "backend", down), "outcome", "error", "status", "502", "reason", "origin-connect", "stored", "false")
	f(fields("request", page, "response", aMinute, "after", "2h", "backend", down), "outcome", "stale", "reason", "stale-if-error", "headers", fields("Age", "7200"))
	f(fields("request", page, "response", aMinute, "after", "48h", "backend", down), "outcome", "error")
	f(fields("request", page, "response", aMinute, "after", "30s", "backend", down), "outcome", "hit")

	// Tags come out of their fields, which clients do not see.
	f(fields("request", page, "response", answer("Cache-Control", "max-age=60", "Cache-Tag", "b, a")), "tags", list("a", "b"), "headers", fields("Cache-Tag", nil))
}

// TestWants: what a client says in Cache-Control counts where a rule has it obeyed, and there alone (RFC 9111 section 5.2.1).
func TestWants(t *testing.T) {
	obeying := ruleset{rules.Request: func(_ *rules.Vars, e *rules.Effects) { e.Obey = policy.ObeyAll }}
	f := func(s ruleset, control, response string, expect ...any) {
		t.Helper()
		n := fields("request", fields("url", "/page", "headers", fields("Cache-Control", control)), "response", answer("Cache-Control", response), "after", "30s",
			"expect", fields(expect...))
		for _, fault := range try(t, siteWith(s), n) {
			t.Errorf("%s of %s: %s", control, response, fault)
		}
	}
	const fresh, stale = "max-age=60", "max-age=10"
	f(nil, "no-cache", fresh, "outcome", "hit")
	f(obeying, "no-cache", fresh, "outcome", "miss", "reason", "request-no-cache")
	f(obeying, "max-age=29", fresh, "outcome", "miss", "reason", "request-max-age")
	f(obeying, "max-age=31", fresh, "outcome", "hit")
	f(obeying, "min-fresh=31", fresh, "outcome", "miss", "reason", "request-min-fresh")
	f(nil, "max-stale", stale, "outcome", "miss", "reason", "expired")
	f(obeying, "max-stale", stale, "outcome", "stale", "reason", "request-max-stale")
	f(obeying, "max-stale", stale+", must-revalidate", "outcome", "miss", "reason", "expired")
	f(nil, "only-if-cached", stale, "outcome", "miss", "reason", "expired")

	// Nothing is stored by the first of two, for which the origin was not asked.
	f(obeying, "only-if-cached", fresh, "outcome", "error", "reason", "only-if-cached", "status", "504")
}

// TestNoDefault: a request that no rule sends anywhere is not asked of anybody.
func TestNoDefault(t *testing.T) {
	site := siteWith(nil)
	site.Default = ""
	n := fields("request", fields("url", "/"), "expect", fields("outcome", "error", "status", "503", "reason", "no-backend"))
	for _, fault := range try(t, site, n) {
		t.Error(fault)
	}
}

// TestRulesTakePart: what rules wish at each step shows in what comes of the request.
func TestRulesTakePart(t *testing.T) {
	f := func(s ruleset, n rules.Node, expect ...any) {
		t.Helper()
		n.Fields = append(n.Fields, rules.Field{Name: node("expect"), Value: fields(expect...)})
		for _, fault := range try(t, siteWith(s), n) {
			t.Error(fault)
		}
	}
	page := fields("request", fields("url", "/page?utm=1"), "response", fields("body", "hello"))

	// At the request.
	f(ruleset{rules.Request: func(_ *rules.Vars, e *rules.Effects) { e.Pass = true }}, page, "pass", "true", "stored", "false", "reason", "rule-pass")
	f(ruleset{rules.Request: func(v *rules.Vars, e *rules.Effects) {
		v.Req.Query, v.Req.HasQuery = "", false
		e.Backend, e.Key = "images", []string{"de", "mobile"}
	}}, page, "backend", "images", "url", "/page", "key", list("de", "mobile"))
	f(ruleset{rules.Request: func(_ *rules.Vars, e *rules.Effects) { e.Key = []string{"de"} }}, page, "key", fields("contains", list("/page", "de")))
	moved := func(_ *rules.Vars, e *rules.Effects) {
		e.Respond = &rules.Answer{Status: 301, Headers: message.Header{{Name: "Location", Value: "https://www.example.org/"}}, Body: []byte("gone there")}
	}
	f(ruleset{rules.Request: moved}, page, "outcome", "synthetic", "redirect", "https://www.example.org/", "status", "301", "body", "gone there", "stored", "false")

	// Towards the origin.
	f(ruleset{rules.Fetch: func(v *rules.Vars, _ *rules.Effects) { v.Req.Path, v.Req.Authority = "/new", "inside" }}, page,
		"fetch", fields("url", "/new?utm=1", "host", "inside"), "key", "localhost/page?utm=1")

	// On what it answers.
	kept := func(_ *rules.Vars, e *rules.Effects) {
		e.Wishes.TTL, e.Wishes.StaleWhileRevalidate = policy.Span{Set: true, Duration: time.Hour}, policy.Span{Set: true, Duration: time.Minute}
		e.Tags = []string{"pictures"}
	}
	f(ruleset{rules.Response: kept}, page, "stored", "true", "ttl", "1h", "stale_while_revalidate", "60s", "tags", "pictures", "stale_if_error", "24h", "keep", "0s")
	other := func(v *rules.Vars, e *rules.Effects) {
		if v.Backend.Name == "app" {
			e.Retry = &rules.Retry{Backend: "images"}
		}
	}
	f(ruleset{rules.Response: other}, page, "backend", "images")

	// On the way to the client.
	f(ruleset{rules.Deliver: func(v *rules.Vars, _ *rules.Effects) {
		v.Resp.Header.Set("X-Cache", fmt.Sprint(v.Cache.Hit, v.Obj.Hits))
	}}, page, "headers", fields("X-Cache", "false 0"))

	// Where the origin fails.
	sorry := func(_ *rules.Vars, e *rules.Effects) { e.Respond = &rules.Answer{Status: 503, Body: []byte("sorry")} }
	f(ruleset{rules.Error: sorry}, fields("request", fields("url", "/"), "backend", fields("healthy", "false")), "status", "503", "body", "sorry", "outcome", "error")

	// Again from the start, at most four times.
	login := func(v *rules.Vars, e *rules.Effects) {
		if v.Restarts == 0 {
			e.Restart = &rules.Restart{URL: "/login?x", Set: message.Header{{Name: "X-Again", Value: "yes"}}}
		}
	}
	f(ruleset{rules.Deliver: login}, page, "url", "/login?x", "fetch", fields("headers", fields("X-Again", "yes")))
	count := 0
	forever := func(_ *rules.Vars, e *rules.Effects) { count++; e.Restart = &rules.Restart{} }
	f(ruleset{rules.Deliver: forever}, page, "status", "200")
	if count != 5 {
		t.Errorf("the request went %d times, want once and four restarts", count)
	}
}

// TestFaults: an expectation that is not met says so, in the words of the test.
func TestFaults(t *testing.T) {
	f := func(n rules.Node, want ...string) {
		t.Helper()
		if got := try(t, siteWith(ruleset{rules.Deliver: func(*rules.Vars, *rules.Effects) {}}), n); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	request, response := fields("url", "/a"), answer("Cache-Control", "max-age=60", "X-A", "1")
	f(fields("request", request, "response", response, "expect", fields(
		"pass", "true", "outcome", "hit", "stored", "false", "reason", "private", "key", "b", "url", "/b", "ttl", "30s", "backend", "images")),
		"pass: want true, got false", "outcome: want hit, got miss", "stored: want false, got true", "reason: want private, got nothing",
		"key: want b, got localhost/a", "url: want /b, got /a", "ttl: want 30s, got 1m", "backend: want images, got app")
	f(fields("request", request, "response", response, "expect", fields(
		"key", list("x"), "status", "404", "redirect", "/b", "body", "x", "tags", list("t"), "rules", list("first"),
		"headers", fields("X-A", "2", "X-B", "3", "Cache-Control", nil))),
		"key: want [x], got []", "status: want 404, got 200", "redirect: want /b, got nothing", "body: want x, got nothing", "tags: want [t], got []",
		"rules: want [first], got [at deliver]", "headers.Cache-Control: want not there, got max-age=60", "headers.X-A: want 2, got 1", "headers.X-B: want 3, got not there")
	f(fields("request", request, "expect", fields("key", fields("contains", "b"), "fetch", fields("url", "/b", "headers", fields("A", "b")))),
		`key: want one that contains "b", got [localhost/a]`, "fetch.url: want /b, got /a", "fetch.headers.A: want b, got not there")

	// What cannot be known without the origin's answer.
	const missing = "no response; give the origin's by response: {status: 200}"
	f(fields("request", request, "expect", fields("stored", "true", "ttl", "1s", "status", "200", "tags", "t", "headers", fields("A", "b"))),
		"stored: want true, got "+missing, "ttl: want 1s, got "+missing, "status: want 200, got "+missing, "tags: want [t], got "+missing, "headers.A: want b, got "+missing)
}
