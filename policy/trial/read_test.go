package trial_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

// fields makes a map of names and values in turn: texts, nodes, or nil for no value.
func fields(pairs ...any) rules.Node {
	n := rules.Node{Kind: rules.Map, Position: rules.Position{File: "f", Line: 1, Column: 1}}
	for i := 0; i < len(pairs); i += 2 {
		n.Fields = append(n.Fields, rules.Field{Name: node(pairs[i]), Value: node(pairs[i+1])})
	}
	return n
}

func list(items ...any) rules.Node {
	n := rules.Node{Kind: rules.List}
	for _, item := range items {
		n.Items = append(n.Items, node(item))
	}
	return n
}

func node(from any) rules.Node {
	switch from := from.(type) {
	case nil:
		return rules.Node{}
	case rules.Node:
		return from
	}
	return rules.Node{Kind: rules.Scalar, Text: fmt.Sprint(from)}
}

// words are those of a site with two backends and two rules.
var words = trial.Words{
	Duration: func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, errors.New("no duration: " + text)
		}
		return d, nil
	},
	Nearest: func(name string, known []string) string {
		if i := slices.IndexFunc(known, func(k string) bool { return k[:1] == name[:1] }); i >= 0 {
			return known[i]
		}
		return ""
	},
	Backends: []string{"app", "images"},
	Rules:    []string{"first", "second"},
}

// read reads one test, which must be right.
func read(t *testing.T, n rules.Node) *trial.Test {
	t.Helper()
	tests, problems := trial.Read([]rules.Node{n}, words)
	if len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	return &tests[0]
}

func TestReadProblems(t *testing.T) {
	f := func(n rules.Node, want ...string) {
		t.Helper()
		tests, problems := trial.Read([]rules.Node{n}, words)
		var got []string
		for _, p := range problems {
			got = append(got, p.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(tests) > 0 {
			t.Errorf("%d tests; want -, got +\n%s", len(tests), diff)
		}
	}
	page, anything := fields("url", "/"), fields("outcome", "pass")

	// What a test must have.
	f(fields("request", page), `"test 1" expects nothing; say what, such as expect: {outcome: pass}`)
	f(fields("name", "n", "expect", anything), `"n" has no request; give one, such as request: {url: /}`)
	f(fields("request", fields("method", "GET"), "expect", anything), "the request has no url; write one, such as url: /")
	f(list(), "a test is to hold keys, each with a colon; known here: name, request, response, after, backend, expect")
	f(fields("request", nil, "expect", anything), `"request" has no value; give one, or take the key out`)

	// Names that do not exist.
	f(fields("request", page, "expect", fields("passed", "true")), `unknown key "passed"; did you mean "pass"?`)
	f(fields("request", page, "expect", fields("zzz", "true")),
		`unknown key "zzz"; known here: pass, pipe, outcome, stored, reason, key, url, ttl, stale_while_revalidate, stale_if_error, keep, backend, fetch, status, redirect, headers, body, tags, rules`)
	f(fields("request", page, "expect", fields("outcome", "hidden")), `unknown outcome "hidden"; did you mean "hit"?`)
	f(fields("request", page, "expect", fields("reason", "no-go")), `unknown reason "no-go"; did you mean "not-stored"?`)
	f(fields("request", page, "expect", fields("backend", "ap")), `unknown backend "ap"; did you mean "app"?`)
	f(fields("request", page, "expect", fields("rules", list("first", "sec"))), `unknown rule "sec"; did you mean "second"?`)
	f(fields("request", fields("url", "/", "cookie", "a"), "expect", anything), `unknown key "cookie"; did you mean "cookies"?`)

	// Values that cannot be.
	f(fields("request", page, "expect", fields("pass", "yes")), `"yes" is neither true nor false`)
	f(fields("request", page, "expect", fields("ttl", "long")), "no duration: long")
	f(fields("request", page, "after", "later", "expect", anything), "no duration: later")
	f(fields("request", page, "expect", fields("status", "99")), `"99" is no status of a response; write one from 200 to 599`)
	f(fields("request", page, "expect", fields("url", list())), "this takes a single value")
	f(fields("request", page, "expect", fields("headers", "x")), "this takes fields, such as {Accept-Language: de}")
	f(fields("request", page, "response", fields("headers", fields("a b", "x")), "expect", anything), `"a b" cannot be the name of a field`)
	f(fields("request", page, "response", fields("headers", fields("A", "x\ny")), "expect", anything), "a field's value is one line")
	f(fields("request", page, "response", fields("headers", fields("A", nil)), "expect", anything), `"A" has no value; give one, or take the field out`)
	f(fields("request", fields("url", "/", "client", "me"), "expect", anything), `"me" is no address; write it like 192.0.2.7 or 2001:db8::1`)
	f(fields("request", fields("url", "/", "method", "G T"), "expect", anything), `"G T" is no method; write it like GET or POST`)

	// URLs that no client sends.
	const like = "; write it like /page?id=1 or https://www.example.org/page"
	f(fields("request", fields("url", "page"), "expect", anything), `"page" is no URL of a request: its path does not begin with /`+like)
	f(fields("request", fields("url", "ftp://a/"), "expect", anything), `"ftp://a/" is no URL of a request: its scheme is neither http nor https`+like)
	f(fields("request", fields("url", "http:///x"), "expect", anything), `"http:///x" is no URL of a request: it has no host`+like)
	f(fields("request", fields("url", "/a b"), "expect", anything), `"/a b" is no URL of a request: it has a character that stands percent-encoded in URLs`+like)
	f(fields("request", fields("url", "/a#b"), "expect", anything), `"/a#b" is no URL of a request: what follows # never leaves the browser`+like)
}

func TestReadNamesTwice(t *testing.T) {
	one := fields("name", "n", "request", fields("url", "/"), "expect", fields("pass", "true"))
	tests, problems := trial.Read([]rules.Node{one, one}, words)
	if len(tests) != 1 || len(problems) != 1 || problems[0].Text != `two tests are called "n", the first in line 1; give one another name` {
		t.Errorf("%d tests, %v", len(tests), problems)
	}
}

func TestReadRequest(t *testing.T) {
	f := func(request rules.Node, want string) {
		t.Helper()
		q := read(t, fields("request", request, "expect", fields("pass", "true"))).Request
		got := []string{q.Method, q.Scheme, q.Authority, q.Path, q.Query, fmt.Sprint(q.HasQuery)}
		for _, line := range q.Header {
			got = append(got, line.Name+":"+line.Value)
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("got %q, want %q", text, want)
		}
	}
	f(fields("url", "/a?b=c"), "GET http localhost /a b=c true")
	f(fields("url", "/a?"), "GET http localhost /a  true")
	f(fields("url", "https://example.org"), "GET https example.org /  false")
	f(fields("url", "HTTPS://example.org:8443?q"), "GET https example.org:8443 / q true")
	f(fields("url", "/go?to=http://example.org/"), "GET http localhost /go to=http://example.org/ true")
	f(fields("url", "/", "method", "POST", "headers", fields("Host", "shop.example", "Accept", "a")), "POST http shop.example /  false Accept:a")
	f(fields("url", "/", "cookies", fields("a", "1", "b", "2")), "GET http localhost /  false Cookie:a=1; b=2")
	f(fields("url", "/", "headers", fields("Accept", list("a", "b"))), "GET http localhost /  false Accept:a Accept:b")
}

// FuzzRead: whatever a node says, it is read or refused with a reason, and what was read can be tried.
func FuzzRead(f *testing.F) {
	f.Add("request", "url", "/", "expect", "pass", "true")
	f.Add("request", "url", "http://?#", "expect", "key", "x")
	f.Add("after", "1s", "", "expect", "rules", "first")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		n := fields(a, fields(b, c), d, fields(e, g), "request", fields("url", c), "response", fields("status", g))
		tests, problems := trial.Read([]rules.Node{n}, trial.Words{
			Duration: time.ParseDuration,
			Nearest:  func(string, []string) string { return "" },
		})
		if len(tests) == 0 && len(problems) == 0 {
			t.Error("neither read nor refused")
		}
		for i := range tests {
			tests[i].Check(new(trial.Site{Rules: ruleset{}}).Try(&tests[i], noon))
		}
	})
}
