package proxy

import (
	"context"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/storage"
)

// Explanation says what would become of a request, and why.
type Explanation struct {
	Method, URL string // as the rules left them
	Version     int    // of the site
	Outcome     Result
	Reason      policy.Reason // of the outcome
	Advice      string        // what would make the response come from the store; "" where it does, or nothing should
	Key         policy.Key
	Identity    bool          // the request bears cookies or Authorization
	Matched     []rules.Match // rules, in the order in which they spoke
	Backend     string
	Respond     *rules.Answer // what a rule answers
	Stored      *Kept         // what is stored for this very request
	Fetched     *Kept         // what the origin says now, asked because nothing stored can be used; nothing of it is kept
	Error       string        // how that failed
}

// Kept is a response as the store would have it.
type Kept struct {
	Status    int
	Store     bool          // it is stored, or would be
	Reason    policy.Reason // why not
	Age, TTL  time.Duration
	Freshness policy.Freshness
	Shareable bool
	Vary      string
	Tags      []string
	Hits      int64
	Bytes     int64 // of the body, as far as is known; else message.Unknown
}

// add takes down which rules matched. On a nil Explanation it does nothing.
func (x *Explanation) add(matched []rules.Match) {
	if x != nil {
		x.Matched = append(x.Matched, matched...)
	}
}

// Explain finds out what would become of a request, without storing anything or making anybody wait. If nothing that is stored can be used, and the
// request changes nothing, the origin is asked.
func (s *Server) Explain(ctx context.Context, r *Request) *Explanation {
	t := s.begin(ctx, r, nil)
	x := &Explanation{Version: t.site.Version}
	t.explains = x
	t.vars.Hooks = nil
	defer func() {
		x.Method, x.URL = r.Method, r.Scheme+"://"+r.Authority+r.URI()
		if x.Advice == "" && x.Outcome != ResultHit {
			x.Advice = x.Reason.Advice()
		}
	}()

	x.Outcome, x.Reason = t.choose()
	switch x.Outcome {
	case ResultSynthetic:
		x.Respond = t.effects.Respond
	case ResultMiss:
		x.Key, x.Identity = t.key, t.identity
		t.explainLookUp()
	}
	x.Backend = t.backend
	return x
}

// explainLookUp says what the store has, and asks the origin if that is of no use.
func (t *transaction) explainLookUp() {
	x := t.explains
	met := t.server.store.Peek(t.ask())
	x.Outcome, x.Reason = ResultMiss, policy.NotStored
	if met.Others {
		x.Reason = policy.OtherVariant
	}
	if o := met.Object; o != nil {
		x.Stored = t.kept(o)
		switch o.Judge(t.now) {
		case policy.UseFresh:
			x.Outcome, x.Reason = ResultHit, policy.Fresh
			return
		case policy.UseStale:
			x.Outcome, x.Reason = ResultStale, policy.StaleWhileRevalidate
			return
		}
		x.Reason = policy.Expired
		if o.Freshness.MustValidate {
			x.Reason = policy.MustValidate
		}
	}
	if met.Mark != nil {
		x.Reason, x.Advice = policy.HitForMiss, met.Mark.Reason.Advice()
	}
	t.explainFetch()
}

// kept describes an object.
func (t *transaction) kept(o *storage.Object) *Kept {
	size, _ := o.Body.Size()
	return &Kept{
		Status: o.Head.Status, Store: true, Age: o.Freshness.AgeAt(t.now), TTL: o.Freshness.TTL(t.now),
		Freshness: o.Freshness, Shareable: o.Shareable, Vary: o.Vary.String(), Tags: o.Tags, Hits: o.Hits(), Bytes: size,
	}
}

// explainFetch asks the origin as a miss would, judges the answer and lets it go.
func (t *transaction) explainFetch() {
	x := t.explains
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	j := t.newJob()
	j.outgoing.Method = "GET"
	policy.DropConditions(&j.outgoing.Header)
	asked := t.server.now()
	answer, err := t.server.consult(ctx, j)
	if err != nil {
		x.Error = err.Error()
		x.Outcome, x.Reason = ResultError, reasonOf(err)
		return
	}
	if answer.Conn != nil {
		answer.Conn.Close()
		return
	}
	defer answer.Body.Close()
	t.now = t.server.now()
	judged := j.judged(answer.Head, &findings{asked: asked, received: t.now})
	x.Fetched = &Kept{
		Status: answer.Head.Status, Store: judged.Store, Reason: judged.Reason,
		Age: judged.Freshness.AgeAt(t.now), TTL: judged.Freshness.TTL(t.now),
		Freshness: judged.Freshness, Shareable: judged.Shareable,
		Vary: message.ParseVary(answer.Head.Header).String(), Tags: j.tags(answer.Head), Bytes: answer.Head.Length,
	}
	if !judged.Store {
		x.Advice = judged.Reason.Advice()
	}
}
