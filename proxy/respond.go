package proxy

import (
	"bytes"
	"strings"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// maxRestarts is how often a request may begin again.
const maxRestarts = 4

// respond sends an answer that a rule gives.
func respond(t *transaction) step {
	a := t.effects.Respond
	t.record.Result = ResultSynthetic
	t.status = policy.CacheStatus{Detail: policy.RuleAnswer}
	head := headOf(a)
	t.sign(head)
	if again := t.polish(head); again != nil {
		return again
	}
	return t.sendOwn(head, a.Body)
}

// headOf is the head of an answer that a rule gives.
func headOf(a *rules.Answer) *message.Response {
	head := &message.Response{Status: a.Status, Major: 1, Minor: 1, Header: a.Headers.Clone(), Length: int64(len(a.Body))}
	if !message.HasBody("GET", a.Status) {
		head.Length = 0
	}
	return head
}

// sendOwn sends a response whose body is at hand.
func (t *transaction) sendOwn(head *message.Response, body []byte) step {
	if !t.begin(head) {
		return nil
	}
	if message.HasBody(t.request.Method, head.Status) && len(body) > 0 && !t.write(body) {
		return nil
	}
	return t.finish()
}

// polish lets the deliver rules speak on a head that is about to be sent. A step other than nil is the way that they choose instead.
func (t *transaction) polish(head *message.Response) step {
	t.vars.Cache = rules.Cache{
		Hit:    t.record.Result == ResultHit || t.record.Result == ResultStale,
		Miss:   t.record.Result == ResultMiss,
		Pass:   t.record.Result == ResultPass || t.record.Result == ResultPipe,
		Stale:  t.record.Result == ResultStale,
		Reason: t.status.Detail,
	}
	t.vars.Obj = rules.Obj{}
	if o := t.object; o != nil {
		ttl := o.Freshness.TTL(t.now)
		t.vars.Obj = rules.Obj{Age: o.Freshness.AgeAt(t.now), TTL: ttl, Hits: o.Hits(), Tags: o.Tags, Stale: ttl < 0}
	}
	if e := t.run(rules.Deliver, head); e.Restart != nil && t.mayRestart() {
		return restart
	}
	return nil
}

// mayRestart reports whether the request may begin again: what the origin has done for it does no harm when done twice.
func (t *transaction) mayRestart() bool {
	switch {
	case t.explains != nil:
		return false
	case !policy.Safe(t.request.Method) || t.request.Body != nil && t.content == nil:
		t.server.hooks.Failed("restart", errRestartUnsafe)
		return false
	}
	return true
}

// restart begins the request again, changed as a rule wishes.
func restart(t *transaction) step {
	r := t.effects.Restart
	t.leave()
	if t.restarts++; t.restarts > maxRestarts {
		return t.refuse(503, policy.Loop, "the rules restarted this request too often")
	}
	if r.URL != "" {
		t.request.Path, t.request.Query, t.request.HasQuery = strings.Cut(r.URL, "?")
	}
	for _, f := range r.Set {
		t.request.Header.Set(f.Name, f.Value)
	}
	if t.content != nil {
		t.request.Body = bytes.NewReader(t.content)
	}
	t.object, t.head, t.exact, t.part, t.reader, t.stored, t.failure, t.rounds = nil, nil, false, nil, nil, nil, nil, 0
	t.record = Record{Waited: t.record.Waited}
	t.now = t.server.now()
	return decide
}
