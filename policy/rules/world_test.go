package rules_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

var now = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// hooks keeps what rules caused.
type hooks struct{ heard []string }

func (h *hooks) Count(name string)     { h.heard = append(h.heard, "count "+name) }
func (h *hooks) Log(rule, text string) { h.heard = append(h.heard, "log "+rule+": "+text) }
func (h *hooks) Failed(rule string, err error) {
	h.heard = append(h.heard, "failed "+rule+": "+err.Error())
}

// world returns what a request looks like in these tests, with everything that any step has.
func world() *rules.Vars {
	return &rules.Vars{
		Now: now,
		Req: &message.Request{
			Method: "GET", Scheme: "http", Authority: "Example.org:8080", Path: "/news/today", Query: "b=2&utm_source=x&a=1%202", HasQuery: true, Major: 1, Minor: 1,
			Header: message.Header{{Name: "Accept", Value: "text/html"}, {Name: "X-Debug-A", Value: "1"}, {Name: "Cookie", Value: "session=s1; _ga=GA1; lang=de"},
				{Name: "Accept", Value: "*/*"}, {Name: "Accept-Language", Value: "de"}},
		},
		ID:       "id-1",
		Restarts: 1,
		TLS:      &rules.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: "example.org", Protocol: "h2"},
		Client:   rules.Client{Addr: netip.MustParseAddr("192.0.2.7")},
		Resp: &message.Response{Status: 203, Header: message.Header{{Name: "Content-Type", Value: "image/png"}, {Name: "Set-Cookie", Value: "a=b"},
			{Name: "Content-Length", Value: "5"}, {Name: "X-Powered-By", Value: "PHP"}, {Name: "X-Number", Value: "120"}}},
		Obj:     rules.Obj{Age: 90 * time.Second, TTL: 1500 * time.Millisecond, Hits: 7, Tags: []string{"news", "front"}, Stale: true},
		Cache:   rules.Cache{Hit: true, Stale: true, Reason: policy.StaleIfError},
		Backend: rules.Backend{Name: "app", Healthy: true, FetchTime: 250 * time.Millisecond},
	}
}

// compiled compiles rules that are right.
func compiled(t testing.TB, text string) *rules.Set {
	t.Helper()
	s, err := rules.Compile(nodes(t, "rules.yaml", text), options())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seen writes down everything that the rules of a step did: first what they wish, then how they changed the heads, each line of which
// begins with what it is.
func seen(before, after *rules.Vars, e *rules.Effects, h *hooks) string {
	var b strings.Builder
	add := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	for _, flag := range []struct {
		name string
		set  bool
	}{{"pass", e.Pass}, {"pipe", e.Pipe}, {"store " + fmt.Sprint(e.Wishes.Store), e.Wishes.Store != policy.NoWill}, {"early " + fmt.Sprint(e.Wishes.EarlyRefresh), e.Wishes.EarlyRefresh != policy.NoWill}, {"backend " + e.Backend, e.Backend != ""}, {fmt.Sprintf("obey %05b", e.Obey), e.Obey != 0}} {
		if flag.set {
			add("%s", flag.name)
		}
	}
	for _, span := range []struct {
		name string
		policy.Span
	}{{"ttl", e.Wishes.TTL}, {"swr", e.Wishes.StaleWhileRevalidate}, {"sie", e.Wishes.StaleIfError}, {"keep", e.Wishes.Keep}} {
		if span.Set {
			add("%s %v", span.name, span.Duration)
		}
	}
	if len(e.Key) > 0 {
		add("key %q", e.Key)
	}
	if len(e.Tags) > 0 {
		add("tags %q", e.Tags)
	}
	if a := e.Respond; a != nil {
		add("respond %d %v %q", a.Status, a.Headers, a.Body)
	}
	if r := e.Retry; r != nil {
		add("retry %q", r.Backend)
	}
	if r := e.Restart; r != nil {
		add("restart %q %v", r.URL, r.Set)
	}
	if was, is := target(before), target(after); was != is {
		add("target %s", is)
	}
	changes(&b, "req", before.Req.Header, after.Req.Header)
	changes(&b, "resp", before.Resp.Header, after.Resp.Header)
	for _, one := range h.heard {
		add("%s", one)
	}
	return strings.TrimSpace(b.String())
}

func target(v *rules.Vars) string { return v.Req.Authority + v.Req.URI() }

// changes writes the lines that only one of two heads has.
func changes(b *strings.Builder, of string, before, after message.Header) {
	count := make(map[message.Field]int)
	for _, f := range before {
		count[f]++
	}
	for _, f := range after {
		if count[f]--; count[f] < 0 {
			fmt.Fprintf(b, "%s +%s: %s\n", of, f.Name, f.Value)
		}
	}
	for _, f := range before {
		if count[f] > 0 {
			count[f]--
			fmt.Fprintf(b, "%s -%s\n", of, f.Name)
		}
	}
}

// run runs a step of a set in a world and returns what was seen.
func run(s *rules.Set, step rules.Step, change func(*rules.Vars)) string {
	before, after := world(), world()
	if change != nil {
		change(before)
		change(after)
	}
	h := &hooks{}
	after.Hooks = h
	e := &rules.Effects{}
	s.Run(step, after, e)
	return seen(before, after, e, h)
}
