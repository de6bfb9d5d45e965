package rules_test

import (
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

// withoutAnalytics replaces the one built-in rule that changes the world of these tests.
const withoutAnalytics = "\n- name: analytics cookies are dropped\n  on: request\n  count: seen\n"

func TestActions(t *testing.T) {
	// action is what stands in the rule; want has the lines of seen, joined by "; ".
	f := func(step rules.Step, action, want string) {
		t.Helper()
		text := "- name: r\n  on: " + step.String() + "\n  when: req.method == \"GET\"\n  " + strings.ReplaceAll(action, "\n", "\n  ") + withoutAnalytics
		got := strings.ReplaceAll(run(compiled(t, text), step, nil), "\n", "; ")
		got = strings.TrimSuffix(strings.TrimSuffix(got, "count seen"), "; ")
		if got != want {
			t.Errorf("%s at %s:\n got %s\nwant %s", action, step, got, want)
		}
	}

	f(rules.Request, `pass: true`, "pass")
	f(rules.Request, `pipe: true`, "pipe")

	// respond: status, fields, a body that is a template, a type that suits it.
	f(rules.Request, `respond: {status: 418, headers: {X-A: "{{ req.host }}"}, body: "no {{ req.path }}"}`,
		`respond 418 [{X-A example.org} {Content-Type text/plain; charset=utf-8}] "no /news/today"`)
	// Without a status 200 at request; at error the one of the response that stands there.
	f(rules.Request, `respond: {body: "<!DOCTYPE html><p>hi"}`, `respond 200 [{Content-Type text/html; charset=utf-8}] "<!DOCTYPE html><p>hi"`)
	f(rules.Error, `respond: {body: sorry}`, `respond 203 [{Content-Type text/plain; charset=utf-8}] "sorry"`)
	// A field of its own wins over the type that suits.
	f(rules.Request, `respond: {status: 200, headers: {content-type: text/csv}, body: a}`, `respond 200 [{content-type text/csv}] "a"`)
	// Files are sent as they are, by the type of their name. No body, no type.
	f(rules.Request, `respond: {status: 404, file: page.html}`, `respond 404 [{Content-Type text/html; charset=utf-8}] "<p>closed</p>\n"`)
	f(rules.Request, `respond: {status: 204}`, `respond 204 [] ""`)

	f(rules.Request, `redirect: "https://www.example.org{{ req.uri }}"`,
		`respond 302 [{Location https://www.example.org/news/today?b=2&utm_source=x&a=1%202}] ""`)
	f(rules.Request, `redirect: {to: /new, status: 308}`, `respond 308 [{Location /new}] ""`)

	f(rules.Request, `backend: api`, "backend api")
	f(rules.Request, `backend: "{{ req.cookie('lang') == 'de' ? 'media' : 'app' }}"`, "backend media")
	// A name that nobody knows fails the rule.
	f(rules.Request, `backend: "{{ req.cookie('lang') }}"`, `failed r: there is no backend "de"`)

	f(rules.Request, `key: [a, "{{ req.header('Accept-Language') }}", "{{ req.scheme }}-{{ req.restarts }}"]`, `key ["a" "de" "http-1"]`)
	f(rules.Request, `key: a`, `key ["a"]`)

	// query: drop, keep, both, sort. Encoded names are the names that they encode.
	f(rules.Request, `query: {drop: [utm_*]}`, "target Example.org:8080/news/today?b=2&a=1%202")
	f(rules.Request, `query: {keep: [a, utm_*], drop: ["*_source"]}`, "target Example.org:8080/news/today?a=1%202")
	f(rules.Request, `query: {sort: true}`, "target Example.org:8080/news/today?a=1%202&b=2&utm_source=x")
	f(rules.Request, `query: {keep: [zzz]}`, "target Example.org:8080/news/today")
	f(rules.Request, `query: {drop: [zzz]}`, "")

	f(rules.Request, `cookies: {drop: [_ga]}`, "req +Cookie: session=s1; lang=de; req -Cookie")
	f(rules.Request, `cookies: {keep: [l*g, "*ss*"], sort: true}`, "req +Cookie: lang=de; session=s1; req -Cookie")
	f(rules.Request, `cookies: {keep: [none]}`, "req -Cookie")

	// obey: all of the client's directives, some, or one.
	f(rules.Request, `obey: true`, "obey 11111")
	f(rules.Request, `obey: [no-cache, only-if-cached]`, "obey 10001")
	f(rules.Request, `obey: max-age`, "obey 00010")

	f(rules.Request, `url: /new?x=1`, "target Example.org:8080/new?x=1")
	f(rules.Fetch, `url: "/prefix{{ req.path }}"`, "target Example.org:8080/prefix/news/today")
	f(rules.Request, `url: "{{ req.header('Accept') }}"`, `failed r: "text/html,%20*/*" is no path: it must begin with a slash`)
	f(rules.Request, `host: www.example.org`, "target www.example.org/news/today?b=2&utm_source=x&a=1%202")
	f(rules.Fetch, `host: "{{ req.host }}:81"`, "target example.org:81/news/today?b=2&utm_source=x&a=1%202")
	f(rules.Fetch, `host: "[::1]:81"`, "target [::1]:81/news/today?b=2&utm_source=x&a=1%202")

	// set, add and unset are of the request at request and fetch, and of the response later on.
	f(rules.Request, `set: {Accept: a, X-New: "{{ client.ip }}"}`, "req +Accept: a; req +X-New: 192.0.2.7; req -Accept; req -Accept")
	f(rules.Fetch, `add: {Accept: a}`, "req +Accept: a")
	f(rules.Fetch, `unset: [X-Debug-*, accept]`, "req -Accept; req -X-Debug-A; req -Accept")
	f(rules.Response, `set: {X-Powered-By: us}`, "resp +X-Powered-By: us; resp -X-Powered-By")
	f(rules.Deliver, `add: {X-Powered-By: us}`, "resp +X-Powered-By: us")
	// A star spares the framing.
	f(rules.Deliver, `unset: ["*"]`, "resp -Content-Type; resp -Set-Cookie; resp -X-Powered-By; resp -X-Number")
	f(rules.Error, `unset: Set-Cookie`, "resp -Set-Cookie")

	f(rules.Response, `ttl: 7d`, "ttl 168h0m0s")
	f(rules.Response, "ttl: 0s\nstale_while_revalidate: 1h30m\nstale_if_error: 1w\nkeep: 500ms", "ttl 0s; swr 1h30m0s; sie 168h0m0s; keep 500ms")
	f(rules.Response, `ttl: "{{ resp.header('X-Number') }}s"`, "ttl 2m0s")
	f(rules.Response, `ttl: "{{ backend.fetch_time * 4 }}"`, "ttl 1s")
	f(rules.Response, `ttl: "{{ duration('1m') - duration('2m') }}"`, "failed r: the duration is negative: -60s")
	f(rules.Response, `ttl: "{{ resp.header('Content-Type') }}"`, `failed r: "image/png" is no duration: write it like 90s, 12h, 7d or 1h30m`)

	f(rules.Response, `store: true`, "store 1")
	f(rules.Response, `store: false`, "store 2")
	f(rules.Response, `early_refresh: true`, "early 1")
	f(rules.Response, `early_refresh: false`, "early 2")
	f(rules.Response, `tags: [pictures, "section-{{ split(req.path, '/')[1] }}", "{{ req.header('None') }}"]`, `tags ["pictures" "section-news"]`)

	f(rules.Deliver, `restart: {url: /other, set: {X-Again: "{{ resp.status }}"}}`, `restart "/other" [{X-Again 203}]`)
	f(rules.Error, `restart: true`, `restart "" []`)
	f(rules.Response, `retry: true`, `retry ""`)
	f(rules.Response, `retry: media`, `retry "media"`)

	f(rules.Request, `log: "{{ req.method }} {{ req.host }}"`, "log r: GET example.org")
	f(rules.Deliver, `count: hits_1`, "count hits_1")
}

// TestRulesTogether: what several rules say of the same.
func TestRulesTogether(t *testing.T) {
	f := func(step rules.Step, first, second, want string) {
		t.Helper()
		text := "- on: " + step.String() + "\n  " + first + "\n- on: " + step.String() + "\n  " + second + withoutAnalytics
		got := strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(run(compiled(t, text), step, nil), "\n", "; "), "count seen"), "; ")
		if got != want {
			t.Errorf("%s, %s: got %s, want %s", first, second, got, want)
		}
	}
	// What is obeyed adds up.
	f(rules.Request, `obey: [min-fresh]`, `obey: [max-stale, no-cache]`, "obey 01101")
	// The last word counts.
	f(rules.Response, `early_refresh: true`, `early_refresh: false`, "early 2")
	f(rules.Response, `store: false`, `store: true`, "store 1")
}

// TestInjection holds that nothing which a client sends ends a line that we write, nor keeps a rule from what it decides: a line end in a parameter
// must not open what a rule closes.
func TestInjection(t *testing.T) {
	f := func(step rules.Step, action, want string) {
		t.Helper()
		s := compiled(t, withoutAnalytics+"- name: r\n  on: "+step.String()+"\n  "+action+"\n")
		got := run(s, step, func(v *rules.Vars) {
			v.Req.Query = "x=/a%0d%0aB:%201%23f"
		})
		if !strings.Contains(got, want) || strings.ContainsAny(got, "\r\x00") {
			t.Errorf("%s:\n got %s\nwant %s", action, got, want)
		}
	}
	f(rules.Deliver, `set: {X-A: "{{ req.param('x') }}"}`, "+X-A: /a  B: 1#f")
	f(rules.Deliver, `add: {X-A: "a{{ req.param('x') }}b"}`, "+X-A: a/a  B: 1#fb")
	f(rules.Request, `redirect: "{{ req.param('x') }}"`, "respond 302 [{Location /a%0D%0AB:%201%23f}]")
	f(rules.Request, `url: "{{ req.param('x') }}"`, "/a%0D%0AB:%201%23f")
	f(rules.Request, `host: "a{{ req.param('x') }}"`, "failed r: ") // there is no host that this could be
	f(rules.Request, `respond: {headers: {A: "{{ req.param('x') }}"}}`, "respond 200 [{A /a  B: 1#f}]")
	f(rules.Deliver, `restart: {url: "{{ req.param('x') }}"}`, `restart "/a%0D%0AB:%201%23f"`)
	f(rules.Deliver, `restart: {set: {A: "{{ req.param('x') }}"}}`, "[{A /a  B: 1#f}]")
	f(rules.Response, `tags: ["{{ req.param('x') }}"]`, `tags ["/a  B: 1#f"]`)
}

func TestQueryBytesStay(t *testing.T) {
	f := func(query, want string) {
		t.Helper()
		s := compiled(t, "- on: request\n  query: {drop: [utm_*, gclid], sort: true}\n")
		v := &rules.Vars{Req: &message.Request{Method: "GET", Path: "/", Query: query, HasQuery: true}}
		s.Run(rules.Request, v, &rules.Effects{})
		if got := v.Req.URI(); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
	// Nothing to drop, nothing to sort: to the byte.
	f("a=%7E&b=x+y", "/?a=%7E&b=x+y")
	f("a&a=1&a=2", "/?a&a=1&a=2")
	// Parameters of one name keep their order.
	f("b=1&a=2&b=0&a=1", "/?a=2&a=1&b=1&b=0")
	// Empty pieces mean nothing.
	f("b=1&&a=1", "/?a=1&b=1")
	f("&", "/")
	f("", "/")
	// An encoded name is that name.
	f("%75tm_source=x&a=1", "/?a=1")
	f("gclid", "/")
	// What is malformed stays.
	f("%zz=1", "/?%zz=1")
}
