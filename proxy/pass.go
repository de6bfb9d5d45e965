package proxy

import (
	"context"
	"slices"

	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/storage"
)

// pass sends a request on by the store, with its body, and delivers what comes. It is asked for once and never again.
func pass(t *transaction) step {
	ctx, cancel := context.WithCancel(t.ctx)
	mine, stored := t.jobAlone(), t.spokenOf()
	answer, err := t.server.consult(ctx, mine)
	t.waited(mine.backend)
	if err != nil {
		cancel()
		t.failure = &failure{reason: reasonOf(err), err: err}
		return fail
	}
	if answer.Conn != nil {
		cancel()
		answer.Conn.Close()
		t.failure = &failure{reason: policy.OriginBroken, err: errSwitched}
		return fail
	}
	t.record.Result = ResultPass
	t.hearHead(stored, mine, answer)
	if t.standsForGet(answer.Head) {
		return t.standIn(ctx, cancel, mine, answer)
	}
	return t.passOn(ctx, cancel, mine, answer)
}

// spokenOf returns what is stored of which the answer to a HEAD that a rule lets go by the store speaks; nil if there is nothing. Where the rule would let a GET go
// by, too, what is stored is not for such requests. It is called before the origin is asked: of what is stored later the answer knows nothing.
func (t *transaction) spokenOf() *storage.Object {
	if t.request.Method != "HEAD" || t.why != policy.PassRule || t.passesAsGet() {
		return nil
	}
	t.makeKey(keyParts(&t.effects))
	return t.server.store.Peek(t.ask()).Object
}

// passesAsGet reports whether rules would keep the request from the store if it were a GET.
func (t *transaction) passesAsGet() bool {
	as := *t.request.Request
	as.Method, as.Header = "GET", slices.Clone(as.Header)
	vars, wishes := t.vars, rules.Effects{}
	vars.Req, vars.Hooks = &as, nil
	t.site.run(rules.Request, &vars, &wishes)
	return wishes.Pass || wishes.Pipe || wishes.Respond != nil
}

// hearHead lets the answer to a HEAD that went by the store speak of what is stored, which may be nil.
func (t *transaction) hearHead(stored *storage.Object, j *job, answer *origin.Response) {
	if stored == nil || answer.Head.Status != 200 {
		return
	}
	as := *j
	as.search, as.identity = t.search, policy.BearsIdentity(t.request.Request)
	head := *answer.Head
	head.Header = slices.Clone(answer.Head.Header)
	t.server.freshenByHead(stored, &as, &findings{answer: &origin.Response{Head: &head}, asked: t.now.Add(-t.record.Waited), received: t.now})
}

// passOn delivers an answer that has nothing to do with the store, through a body like any other.
func (t *transaction) passOn(ctx context.Context, cancel context.CancelFunc, j *job, answer *origin.Response) step {
	s := t.server
	if !s.enter() {
		cancel()
		answer.Body.Close()
		t.failure = &failure{reason: policy.Internal, err: errClosed}
		return fail
	}
	j.tags(answer.Head)
	t.head, t.exact = answer.Head, true
	t.object = s.store.Pass(storage.Response{
		Head:    answer.Head,
		Length:  bodyLength(t.request.Method, answer.Head),
		Abandon: cancel,
	}, &t.own)
	t.reader = &t.own
	go s.fill(ctx, cancel, t.object, answer, nil)
	t.status = policy.CacheStatus{Fwd: policy.ForwardOf(t.why), FwdStatus: answer.Head.Status, Detail: t.why}
	t.invalidate(answer.Head)
	return deliver
}
