package trial

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// How often rules may begin a request again, and have the origin asked again.
const (
	maxRestarts = 4
	maxRetries  = 3
)

// Try runs a test at now, and returns what came of its last request.
func (s *Site) Try(t *Test, now time.Time) *Result {
	now = now.Truncate(time.Second) // as the origin's Date has it, or answers would be a part of a second old when they come
	first := &visit{site: s, test: t, now: now, down: t.Down && !t.Later}
	first.lead()
	if !t.Later {
		return first.result
	}
	second := &visit{site: s, test: t, now: now.Add(t.After), down: t.Down, found: first.left, matched: first.result.Matched}
	second.lead()
	return second.result
}

// kept is a response that was stored.
type kept struct {
	key       policy.Key
	head      *message.Response
	freshness policy.Freshness
	tags      []string
}

// visit is one request on its way.
type visit struct {
	site *Site
	test *Test
	now  time.Time
	down bool  // the origin cannot be reached
	left *kept // what this visit stored

	found    *kept // what an earlier one stored, or nil
	vars     rules.Vars
	effects  rules.Effects // of the step that was last run
	wants    policy.Wants
	restarts int
	result   *Result
	matched  []rules.Match
	again    bool // a rule wants the request to begin again
}

// step does one part of a request's way and returns the next; nil is the end.
type step func(*visit) step

// lead takes the request from its head to the end of its response, and again where a rule restarts it.
func (v *visit) lead() {
	request := v.test.Request.Clone()
	for {
		v.again = false
		v.result = &Result{Request: request.Clone()}
		for next := step(receive); next != nil; {
			next = next(v)
		}
		v.result.Matched = v.matched
		if !v.again {
			return
		}
		v.restarts++
		change(request, v.effects.Restart)
	}
}

// run lets the rules of a step change heads and fill v.effects.
func (v *visit) run(at rules.Step) {
	v.vars.Now, v.vars.Restarts, v.vars.ID = v.now, v.restarts, "trial"
	v.effects = rules.Effects{Trace: true}
	v.site.Rules.Run(at, &v.vars, &v.effects)
	v.matched = append(v.matched, v.effects.Matched...)
	if v.effects.Restart != nil && v.restarts < maxRestarts {
		v.again = true
	}
}

// receive runs the rules of the request, and decides which way it goes.
func receive(v *visit) step {
	r, result := v.result.Request, v.result
	v.vars = rules.Vars{Req: r, Client: rules.Client{Addr: v.test.Client, Peer: v.test.Client}, TLS: secured(r)}
	v.run(rules.Request)
	result.Backend = v.effects.Backend
	if result.Backend == "" {
		result.Backend = v.site.Default
	}
	result.Parts = v.effects.Key
	result.Key = policy.KeyOf(r, result.Parts...)
	why := policy.PassReason(r, false)
	switch {
	case v.effects.Respond != nil:
		result.Outcome, result.Reason = Synthetic, policy.RuleAnswer
		return respond
	case v.effects.Pipe, why == policy.PassUpgrade:
		result.Outcome, result.Reason = Pipe, why
		return fetch
	case why != policy.None:
		result.Outcome, result.Reason = Pass, why
		return fetch
	case v.effects.Pass:
		result.Outcome, result.Reason = Pass, policy.PassRule
		return fetch
	}
	policy.NormaliseAcceptEncoding(&r.Header)
	policy.NormaliseAcceptLanguage(&r.Header)
	v.wants = policy.WantsOf(r.Header, v.effects.Obey)
	return lookUp
}

// lookUp uses what is stored, where that is allowed.
func lookUp(v *visit) step {
	v.result.Outcome, v.result.Reason = Miss, policy.None
	if v.found != nil && v.found.key == v.result.Key {
		switch use, why := v.found.freshness.JudgeFor(v.now, time.Time{}, &v.wants); {
		case use == policy.UseFresh:
			v.result.Outcome, v.result.Reason = Hit, policy.Fresh
			return deliverStored
		case use == policy.UseStale:
			v.result.Outcome, v.result.Reason = Stale, cmp.Or(why, policy.StaleWhileRevalidate)
			return deliverStored
		case why != policy.None:
			v.result.Reason = why
		case v.found.freshness.MustValidate:
			v.result.Reason = policy.MustValidate
		default:
			v.result.Reason = policy.Expired
		}
	}
	if v.wants.OnlyIfCached {
		v.result.Outcome, v.result.Reason = Failure, policy.OnlyIfCached
		return unstored
	}
	return fetch
}

// unstored answers a client that wanted nothing but what is stored (RFC 9111 section 5.2.1.7).
func unstored(v *visit) step { return v.refuse(http.StatusGatewayTimeout) }

// fetch asks the origin, as far as the test has one.
func fetch(v *visit) step {
	v.result.Asked = v.outgoing()
	v.vars.Req = v.result.Asked
	v.vars.Backend = rules.Backend{Name: v.result.Backend, Healthy: !v.down}
	v.run(rules.Fetch)
	switch {
	case v.down || v.result.Backend == "":
		return fail
	case v.test.Response == nil || v.result.Outcome == Pipe:
		return nil
	}
	return judge
}

// outgoing returns the request to the origin: the whole and unconditional where it is asked for all.
func (v *visit) outgoing() *message.Request {
	out := v.result.Request.Clone()
	out.Authority = policy.CanonicalAuthority(out.Scheme, out.Authority)
	message.RemoveHopByHop(&out.Header)
	alone := policy.BearsIdentity(out) || message.ParseCacheControl(out.Header, "Cache-Control").NoStore
	if v.result.Outcome == Miss && !alone {
		out.Method = http.MethodGet
		policy.DropConditions(&out.Header)
		out.Header.Del("Cache-Control")
		out.Header.Del("Pragma")
	}
	return out
}

// judge runs the rules of the response, and stores it where that is allowed.
func judge(v *visit) step {
	head := v.hear()
	for retries := 0; v.effects.Retry != nil && retries < maxRetries; retries++ {
		if other := v.effects.Retry.Backend; other != "" {
			v.result.Backend, v.vars.Backend.Name = other, other
		}
		head = v.hear()
	}
	result := v.result
	judged := policy.Judge(result.Asked, head, &v.site.Settings, &v.effects.Wishes, v.now, v.now)
	result.Tags = policy.Tidy(append(policy.TagsOf(head.Header, v.site.Tags), v.effects.Tags...))
	if !v.site.Expose {
		policy.DropTags(&head.Header, v.site.Tags)
	}
	switch {
	case result.Outcome == Pass:
		judged.Store, judged.Reason = false, result.Reason
	case !judged.Store:
		result.Reason = judged.Reason
	default:
		v.left = &kept{key: result.Key, head: storable(head, judged.Omit), freshness: judged.Freshness, tags: result.Tags}
	}
	result.Judged, result.TTL = &judged, judged.Freshness.TTL(v.now)
	v.vars.Obj = rules.Obj{Age: judged.Freshness.AgeAt(v.now), TTL: result.TTL, Tags: result.Tags}
	return v.deliver(head)
}

// hear lets the rules of the response speak on what the origin answers.
func (v *visit) hear() *message.Response {
	head := v.test.Response.Head.Clone()
	if !head.Header.Has("Date") {
		head.Header.Add("Date", message.FormatDate(v.now))
	}
	v.vars.Resp = head
	v.run(rules.Response)
	return head
}

// storable returns a head as it may be sent to anybody.
func storable(head *message.Response, omit []string) *message.Response {
	h := head.Clone()
	policy.DropPersonal(&h.Header, omit...)
	h.Header.Del("Age")
	return h
}

// fail serves what is stored in the origin's stead, or says that there is nothing.
func fail(v *visit) step {
	if v.found != nil && v.result.Outcome == Miss && v.found.key == v.result.Key && v.found.freshness.ServableOnError(v.now, time.Time{}) {
		v.result.Outcome, v.result.Reason = Stale, policy.StaleIfError
		return deliverStored
	}
	v.result.Outcome, v.result.Reason = Failure, policy.OriginConnect
	status := http.StatusBadGateway
	if v.result.Backend == "" {
		v.result.Asked, v.result.Reason, status = nil, policy.NoBackend, http.StatusServiceUnavailable
	}
	return v.refuse(status)
}

// refuse answers with a page of our own, or with what the rules of errors make of it.
func (v *visit) refuse(status int) step {
	page := &rules.Answer{Status: status, Body: fmt.Appendf(nil, "%d %s\n", status, http.StatusText(status))}
	page.Headers.Add("Content-Type", "text/plain; charset=utf-8")
	page.Headers.Add("Cache-Control", "no-store")
	head := headOf(page)
	v.vars.Req, v.vars.Resp = v.result.Request, head
	v.vars.Cache = rules.Cache{Miss: true, Reason: v.result.Reason}
	v.run(rules.Error)
	v.result.Response, v.result.Body = head, page.Body
	if a := v.effects.Respond; a != nil {
		v.result.Response, v.result.Body = headOf(a), a.Body
	}
	return nil
}

// respond delivers what a rule of the request answers.
func respond(v *visit) step {
	a := v.effects.Respond
	v.result.Body = a.Body
	return v.deliver(headOf(a))
}

// deliverStored delivers what an earlier visit stored.
func deliverStored(v *visit) step {
	stale := v.result.Outcome == Stale
	head, age, ttl := v.found.head.Clone(), v.found.freshness.AgeAt(v.now), v.found.freshness.TTL(v.now)
	head.Header.Set("Age", strconv.FormatInt(int64(age/time.Second), 10))
	v.vars.Obj = rules.Obj{Age: age, TTL: ttl, Hits: 1, Tags: v.found.tags, Stale: stale}
	v.result.Tags, v.result.TTL = v.found.tags, ttl
	v.result.Judged = &policy.Judgement{Store: true, Freshness: v.found.freshness}
	return v.deliver(head)
}

// deliver runs the rules of delivery.
func (v *visit) deliver(head *message.Response) step {
	o, why := v.result.Outcome, v.result.Reason
	if why == policy.Fresh {
		why = policy.None // as Cache-Status has it
	}
	v.vars.Req, v.vars.Resp = v.result.Request, head
	v.vars.Cache = rules.Cache{Hit: o == Hit || o == Stale, Miss: o == Miss, Pass: o == Pass, Stale: o == Stale, Reason: why}
	v.run(rules.Deliver)
	v.result.Response = head
	return nil
}

func headOf(a *rules.Answer) *message.Response {
	return &message.Response{Status: a.Status, Major: 1, Minor: 1, Header: a.Headers.Clone(), Length: int64(len(a.Body))}
}

// change makes of a request what a rule wants to begin again with.
func change(r *message.Request, to *rules.Restart) {
	if to.URL != "" {
		r.Path, r.Query, r.HasQuery = strings.Cut(to.URL, "?")
	}
	for _, f := range to.Set {
		r.Header.Set(f.Name, f.Value)
	}
}

// secured is the connection that an https request came over, nil for http.
func secured(r *message.Request) *rules.TLS {
	if r.Scheme != "https" {
		return nil
	}
	name, _, _ := strings.Cut(r.Authority, ":")
	return &rules.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: name, Protocol: "http/1.1"}
}
