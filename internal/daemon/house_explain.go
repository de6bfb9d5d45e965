package daemon

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"lacquer/admin"
	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/proxy"
)

// Explain says what would become of a request from this machine.
func (h *house) Explain(ctx context.Context, q admin.Question) (admin.Explanation, error) {
	r, err := requestOf(q)
	if err != nil {
		return admin.Explanation{}, &admin.Refused{Err: err}
	}
	x := h.way.Explain(ctx, r)
	scheme, parts, _ := policy.ReadBase(x.Key.Base)
	e := admin.Explanation{
		Method: x.Method, URL: x.URL, Version: x.Version, Outcome: x.Outcome.String(), Reason: x.Reason.String(), Advice: x.Advice,
		Key:      admin.Key{URL: x.Key.Primary, Scheme: cmp.Or(scheme, r.Scheme), Parts: parts},
		Identity: x.Identity, Backend: x.Backend, Error: x.Error,
		Used: responseOf(x.Stored), Fetched: responseOf(x.Fetched),
	}
	for _, m := range x.Matched {
		e.Rules = append(e.Rules, matchOf(m))
	}
	if x.Respond != nil {
		e.Answer = &admin.Answer{Status: x.Respond.Status, Location: x.Respond.Headers.Get("Location")}
	}
	for o := range h.Objects(admin.Filter{URL: x.URL}) {
		e.Stored = append(e.Stored, o)
	}
	return e, nil
}

// requestOf makes the request that a question is about, by the parser that a client's request goes through.
func requestOf(q admin.Question) (*proxy.Request, error) {
	at, err := url.Parse(q.URL)
	if err != nil {
		return nil, fmt.Errorf("URL %q: %w", q.URL, err)
	}
	_, rest, _ := strings.Cut(q.URL, "://")
	rest, _, _ = strings.Cut(rest, "#")
	target := strings.TrimPrefix(rest, at.Host)
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\n", q.Method, target, at.Host)
	for _, f := range q.Headers {
		if message.EqualFold(f.Name, "Host") {
			return nil, fmt.Errorf("the field Host is that of the URL, %s", at.Host)
		}
		fmt.Fprintf(&head, "%s: %s\r\n", f.Name, f.Value)
	}
	head.WriteString("\r\n")
	parsed := new(message.Request)
	if v := parsed.Parse([]byte(head.String()), message.Limits{}); v.Outcome != message.Serve {
		return nil, fmt.Errorf("this is no request that would be served: %s", cmp.Or(v.Why, "it is no HTTP/1.1"))
	}
	parsed.Scheme = strings.ToLower(at.Scheme)
	here := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	return &proxy.Request{Request: parsed, Client: proxy.Client{Addr: here, Peer: here}, ID: "explain"}, nil
}

func responseOf(k *proxy.Kept) *admin.Response {
	if k == nil {
		return nil
	}
	return &admin.Response{
		Status: k.Status, Stored: k.Store, Reason: k.Reason.String(), Age: k.Age.Seconds(), TTL: k.TTL.Seconds(),
		Lifetime: lifetimeOf(k.Freshness), Shareable: k.Shareable, Vary: k.Vary, Tags: k.Tags, Hits: k.Hits, Bytes: k.Bytes,
	}
}

func matchOf(m rules.Match) admin.RuleMatch {
	match := admin.RuleMatch{
		Step: m.Step.String(), Rule: m.Rule, File: m.At.File, Line: m.At.Line, Builtin: m.Builtin, Changes: m.Changes,
	}
	if m.Err != nil {
		match.Error = m.Err.Error()
	}
	return match
}
