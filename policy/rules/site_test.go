package rules_test

import (
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

// site are rules as the first page of the documentation shows them.
const site = `
- name: administration is never cached
  on: request
  when: req.path startsWith "/wp-admin" || req.cookie("wordpress_logged_in") != ""
  pass: true

- name: marketing parameters are not part of the page
  on: request
  query: {drop: [utm_*, gclid, fbclid], sort: true}

- name: pictures keep for a week
  on: response
  when: resp.status == 200 && resp.header("Content-Type") startsWith "image/"
  ttl: 7d
  stale_while_revalidate: 1h
  unset: [Set-Cookie]
  tags: [pictures, "section-{{ split(req.path, '/')[1] }}"]

- name: www is the only name
  on: request
  when: req.host == "example.org"
  redirect: "https://www.example.org{{ req.uri }}"
`

func TestSite(t *testing.T) {
	s := compiled(t, site)
	f := func(step rules.Step, change func(*rules.Vars), want string) {
		t.Helper()
		if got := run(s, step, change); got != want {
			t.Errorf("%s: got %s, want %s", step, got, want)
		}
	}
	// A logged-in editor sees fresh pages.
	f(rules.Request, func(v *rules.Vars) {
		v.Req.Authority, v.Req.Query, v.Req.HasQuery = "www.example.org", "", false
		v.Req.Header = message.Header{{Name: "Cookie", Value: "wordpress_logged_in=abc"}}
	}, "pass")
	// The address to which visitors are sent has lost its marketing parameters already.
	f(rules.Request, func(v *rules.Vars) { v.Req.Header = nil },
		"respond 302 [{Location https://www.example.org/news/today?a=1%202&b=2}] \"\"\ntarget Example.org:8080/news/today?a=1%202&b=2")
	f(rules.Response, func(v *rules.Vars) { v.Resp.Status = 200 },
		"ttl 168h0m0s\nswr 1h0m0s\ntags [\"pictures\" \"section-news\"]\nresp -Set-Cookie")
	f(rules.Response, nil, "")
}
