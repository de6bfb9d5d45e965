package rules_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy/rules"
)

func TestOrder(t *testing.T) {
	f := func(step rules.Step, text, want string) {
		t.Helper()
		got := strings.ReplaceAll(run(compiled(t, text), step, nil), "\n", "; ")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}

	// Later rules see what earlier ones changed, and the last word counts.
	f(rules.Deliver, `
- on: deliver
  set: {X-A: a}
- on: deliver
  when: resp.header("X-A") == "a"
  set: {X-A: b}
`, "resp +X-A: b")
	// Actions of one rule are done in their order, with values as they were before it.
	f(rules.Deliver, `
- on: deliver
  unset: [X-*]
  set: {X-B: "{{ resp.header('X-Powered-By') }}"}
`, "resp +X-B: PHP; resp -X-Powered-By; resp -X-Number")
	// Other steps are silent.
	f(rules.Error, `
- on: deliver
  count: deliver
- on: error
  count: error
`, "count error")
	// stop ends the user's rules; the built-in ones still run.
	f(rules.Request, `
- on: request
  when: req.path startsWith "/news"
  count: first
  stop: true
- on: request
  count: second
`, "req +Cookie: session=s1; lang=de; req -Cookie; count first")
	// So does an answer.
	f(rules.Request, `
- name: analytics cookies are dropped
  on: response
  count: never
- on: request
  when: req.method == "GET"
  redirect: /a
- on: request
  count: second
`, "respond 302 [{Location /a}] \"\"")
	f(rules.Response, `
- on: response
  when: resp.status == 203
  retry: true
- on: response
  count: second
`, `retry ""`)
}

func TestGroups(t *testing.T) {
	const text = `
- name: news
  on: deliver
  when: req.path startsWith "/news"
  count: group
  rules:
    - when: req.restarts == 1
      count: inner
      rules:
        - when: req.id == "id-2"
          count: innermost
    - name: fails
      log: "{{ int(req.path) }}"
      rules:
        - count: after_failure
    - count: last_of_group
  stop: true
- on: deliver
  count: outside
`
	f := func(change func(*rules.Vars), want string) {
		t.Helper()
		if got := strings.ReplaceAll(run(compiled(t, text), rules.Deliver, change), "\n", "; "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	const failure = `failed fails: int: "/news/today" is no whole number`
	// The group stops when its last rule has run. A member that fails takes its own members along, and nobody else.
	f(nil, "count group; count inner; "+failure+"; count last_of_group")
	f(func(v *rules.Vars) { v.ID = "id-2" }, "count group; count inner; count innermost; "+failure+"; count last_of_group")
	f(func(v *rules.Vars) { v.Restarts = 0 }, "count group; "+failure+"; count last_of_group")
	// Members run only if the group's condition holds.
	f(func(v *rules.Vars) { v.Req.Path = "/" }, "count outside")
}

// TestGroupOfSteps has a group that leaves the step to its members.
func TestGroupOfSteps(t *testing.T) {
	s := compiled(t, `
- name: shop
  when: req.host == "example.org"
  rules:
    - on: fetch
      count: fetched
    - on: deliver
      count: delivered
`)
	f := func(step rules.Step, host, want string) {
		t.Helper()
		if got := run(s, step, func(v *rules.Vars) { v.Req.Authority = host }); got != want {
			t.Errorf("%s of %s: got %q, want %q", step, host, got, want)
		}
	}
	f(rules.Fetch, "example.org", "count fetched")
	f(rules.Deliver, "example.org", "count delivered")
	f(rules.Deliver, "example.com", "")
	f(rules.Error, "example.org", "")
}

func TestFailureChangesNothing(t *testing.T) {
	s := compiled(t, `
- name: half
  on: deliver
  set: {X-A: a}
  log: "{{ split(req.path, '/')[9] }}"
- name: whole
  on: deliver
  count: whole
`)
	got := run(s, rules.Deliver, nil)
	if want := "failed half: there is no element 9 in a list of 3\ncount whole"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// What is ours to hand in and is missing is a failure, too.
	e := &rules.Effects{}
	h := &hooks{}
	compiled(t, "- name: r\n  on: deliver\n  when: resp.status == 200\n  count: a\n").Run(rules.Deliver, &rules.Vars{Hooks: h}, e)
	if len(h.heard) != 1 || !strings.HasPrefix(h.heard[0], "failed r: ") {
		t.Errorf("without a response: %q", h.heard)
	}
}

func TestTrace(t *testing.T) {
	o := options()
	clock := now
	o.Clock = func() time.Time { clock = clock.Add(time.Millisecond); return clock }
	s, err := rules.Compile(nodes(t, "site.yaml", `
- name: names
  on: request
  set: {X-A: "{{ req.host }}"}
  query: {drop: [utm_*]}
- on: request
  when: req.path == "/other"
  pass: true
- on: request
  when: int(req.path) == 1
  pass: true
`), o)
	if err != nil {
		t.Fatal(err)
	}
	e := &rules.Effects{Trace: true}
	s.Run(rules.Request, world(), e)
	var got []string
	for _, m := range e.Matched {
		got = append(got, fmt.Sprintf("%s %s:%d %s %q %v %v %v", m.Step, m.At.File, m.At.Line, m.Rule, m.Changes, m.Builtin, m.Err, m.Took))
	}
	want := []string{
		`request site.yaml:2 names ["set X-A: example.org" "query b=2&utm_source=x&a=1%202 to b=2&a=1%202"] false <nil> 1ms`,
		`request site.yaml:9 rule 3 [] false int: "/news/today" is no whole number 0s`,
		`request builtin.yaml:6 analytics cookies are dropped ["cookies session=s1; _ga=GA1; lang=de to session=s1; lang=de"] true <nil> 1ms`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	e.Reset()
	if len(e.Matched) != 0 || !e.Trace {
		t.Error("Reset does not keep what was asked, or what was found")
	}
}

func TestOnlyTarget(t *testing.T) {
	s := compiled(t, `
- on: request
  when: req.method == "GET"
  redirect: https://www.example.org/
- on: request
  query: {keep: [a]}
  pass: true
  set: {X-A: a}
  count: matched
- on: request
  when: req.path == "/news/today"
  url: "{{ req.uri }}&c"
  stop: true
- on: request
  host: never.example.org
`)
	v, e, h := world(), &rules.Effects{OnlyTarget: true}, &hooks{}
	v.Hooks = h
	before := world()
	s.Run(rules.Request, v, e)
	if got, want := seen(before, v, e, h), "target Example.org:8080/news/today?a=1%202&c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNames(t *testing.T) {
	s := compiled(t, `
- name: first
  on: request
  pass: true
- on: deliver
  rules:
    - set: {A: b}
- name: other protocols are piped
  on: request
  when: req.upgrade == "websocket"
  pipe: true
`)
	var got []string
	for _, info := range s.Names() {
		got = append(got, fmt.Sprintf("%s/%s/%d/%v", info.Name, info.Step, info.At.Line, info.Builtin))
	}
	want := "first/request/2/false rule 2/deliver/5/false rule 2.1/deliver/7/false other protocols are piped/request/8/false " +
		"analytics cookies are dropped/request/6/true methods other than GET, HEAD and QUERY are passed/request/92/true " +
		"announced bodies are passed/request/98/true preconditions are passed/request/104/true"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestBuiltin(t *testing.T) {
	s := compiled(t, "")
	f := func(method string, fields message.Header, want string) {
		t.Helper()
		got := run(s, rules.Request, func(v *rules.Vars) { v.Req.Method, v.Req.Header = method, fields.Clone() })
		if got := strings.ReplaceAll(got, "\n", "; "); got != want {
			t.Errorf("%s %v: got %q, want %q", method, fields, got, want)
		}
	}
	f("GET", nil, "")
	f("HEAD", nil, "")
	f("QUERY", nil, "")
	f("POST", nil, "pass")
	f("get", nil, "pass")
	f("GET", message.Header{{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "websocket"}}, "pipe")
	f("GET", message.Header{{Name: "Expect", Value: "100-continue"}}, "pass")
	f("GET", message.Header{{Name: "If-Match", Value: `"a"`}}, "pass")
	f("GET", message.Header{{Name: "If-Unmodified-Since", Value: "Wed, 04 Mar 2026 05:06:07 GMT"}}, "pass")
	f("GET", message.Header{{Name: "If-None-Match", Value: `"a"`}}, "")
	// Cookies of analytics go, the others stay as they are; of what is passed they stay all.
	f("GET", message.Header{{Name: "Cookie", Value: "_ga_X1=1; _pk_id.1=2; __utma=3"}}, "req -Cookie")
	f("GET", message.Header{{Name: "Cookie", Value: "_gat=1; theme=dark; _hjid=2"}}, "req +Cookie: theme=dark; req -Cookie")
	f("GET", message.Header{{Name: "Cookie", Value: "session=1; _garden=2; ga=3"}}, "")
	f("QUERY", message.Header{{Name: "Cookie", Value: "_ga=1"}}, "req -Cookie")
	f("POST", message.Header{{Name: "Cookie", Value: "_ga=1"}}, "pass")
}

// TestConcurrentRuns has many goroutines run one set, rules for the VM among them.
func TestConcurrentRuns(t *testing.T) {
	s := compiled(t, `
- on: deliver
  when: max(obj.hits, len(req.path)) == obj.hits
  set: {X-Hits: "{{ max(obj.hits, 1) }}", X-Path: "{{ req.path[1:] }}"}
`)
	var runs sync.WaitGroup
	for i := range 8 {
		runs.Go(func() {
			for range 50 {
				want := fmt.Sprintf("resp +X-Hits: %d\nresp +X-Path: %d", 100+i, i)
				got := run(s, rules.Deliver, func(v *rules.Vars) { v.Obj.Hits, v.Req.Path = int64(100+i), fmt.Sprintf("/%d", i) })
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	runs.Wait()
}

// typical are ten rules such as sites have.
const typical = `
- name: www is the only name
  on: request
  when: req.host == "example.com"
  redirect: "https://www.example.org{{ req.uri }}"
- name: administration is never cached
  on: request
  when: req.path startsWith "/wp-admin" || req.cookie("wordpress_logged_in") != ""
  pass: true
- name: search is passed
  on: request
  when: req.path == "/search" && req.param("q") != ""
  pass: true
- name: api
  on: request
  when: req.path startsWith "/api/" && req.header("Accept") contains "json"
  backend: api
- name: bad robots
  on: request
  when: req.header("User-Agent") contains "BadBot" || req.header("User-Agent") in ["a", "b", "c"]
  respond: {status: 403, body: no}
- name: inside only
  on: request
  when: req.path startsWith "/internal" && !client.in("10.0.0.0/8", "192.168.0.0/16")
  respond: {status: 404, body: no}
- name: pictures
  on: request
  when: req.path matches "\\.(png|jpe?g|gif)$"
  backend: media
- name: languages
  on: request
  when: req.header("Accept-Language") startsWith "fr" && req.path == "/"
  redirect: /fr/
- name: preview
  on: request
  when: req.param("preview") == "1" && req.method in ["GET", "HEAD"]
  pass: true
- name: marketing parameters are not part of the page
  on: request
  when: req.query != ""
  query: {drop: [utm_*, gclid, fbclid], sort: true}
`

// hit is a request such as browsers send.
func hit() *rules.Vars {
	v := world()
	v.Req.Query, v.Req.Header = "id=7&page=2", message.Header{
		{Name: "Connection", Value: "keep-alive"}, {Name: "User-Agent", Value: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
		{Name: "Accept", Value: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, {Name: "Accept-Language", Value: "de-DE,de;q=0.8"},
		{Name: "Accept-Encoding", Value: "gzip, deflate, br"}, {Name: "Referer", Value: "https://example.org/"},
		{Name: "Sec-Fetch-Dest", Value: "document"}, {Name: "Sec-Fetch-Mode", Value: "navigate"},
	}
	v.Req.Authority = "example.org"
	return v
}

func TestNothingIsAllocated(t *testing.T) {
	if raced {
		t.Skip("under the race detector pools forget at random")
	}
	f := func(name, text string) {
		t.Helper()
		s, v, e := compiled(t, text), hit(), &rules.Effects{}
		if n := testing.AllocsPerRun(100, func() { e.Reset(); s.Run(rules.Request, v, e) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	f("built-in rules", "")
	f("typical rules", typical)
	f("actions without anything to do", "- on: request\n  query: {drop: [utm_*]}\n  cookies: {drop: [x]}\n  unset: [X-Debug]\n  backend: app\n")
}

func BenchmarkBuiltin(b *testing.B) { benchmark(b, "") }

// BenchmarkTypical is to stay under half a microsecond, without allocations.
func BenchmarkTypical(b *testing.B) { benchmark(b, typical) }

// BenchmarkThousand is to stay under 30 microseconds.
func BenchmarkThousand(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "- on: request\n  when: req.path startsWith \"/section%d/\" && req.host == \"www%d.example.org\"\n  pass: true\n", i, i)
	}
	benchmark(b, text.String())
}

func benchmark(b *testing.B, text string) {
	s, v, e := compiled(b, text), hit(), &rules.Effects{}
	b.ReportAllocs()
	for b.Loop() {
		e.Reset()
		s.Run(rules.Request, v, e)
	}
}
