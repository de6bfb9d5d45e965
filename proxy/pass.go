package proxy

import (
	"context"

	"lacquer/origin"
	"lacquer/policy"
	"lacquer/storage"
)

// pass sends a request on by the store, with its body, and delivers what comes. It is asked for once and never again.
func pass(t *transaction) step {
	ctx, cancel := context.WithCancel(t.ctx)
	mine := t.jobAlone()
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
	if t.standsForGet(answer.Head) {
		return t.standIn(ctx, cancel, mine, answer)
	}
	return t.passOn(ctx, cancel, mine, answer)
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
