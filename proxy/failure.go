package proxy

import (
	"errors"
	"fmt"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
)

var (
	errClosed        = errors.New("shutting down")
	errInternal      = errors.New("a fault of the cache itself")
	errRestartUnsafe = errors.New("a request that changes something, or has a body, is not sent twice; its answer is delivered")
	errSwitched      = errors.New("101 to a request that asked for no upgrade")
)

// failure is why there is no answer from the origin.
type failure struct {
	reason policy.Reason
	err    error
}

// statusError is an answer of the origin that is a failure, where something stored may be served instead.
type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("the origin answered %d", e.status) }

// reasonOf names the way in which an origin failed.
func reasonOf(err error) policy.Reason {
	var e *origin.Error
	var status *statusError
	switch {
	case errors.Is(err, errNoBackend):
		return policy.NoBackend
	case errors.As(err, &status):
		return policy.ServerError
	case !errors.As(err, &e):
		return policy.Internal
	}
	switch e.Kind {
	case origin.Connect:
		return policy.OriginConnect
	case origin.Timeout:
		return policy.OriginTimeout
	case origin.Cut:
		return policy.OriginCut
	case origin.Canceled:
		return policy.Internal
	default:
		return policy.OriginBroken
	}
}

// fail serves what is stored in the origin's stead where that is allowed (RFC 5861 section 4), else says who failed. Where the body of the
// request could not be read, that was the client; the error has a Status then.
func fail(t *transaction) step {
	if t.ctx.Err() != nil {
		return t.gone()
	}
	if o := t.stored; o != nil && t.failure.reason != policy.Internal && o.ServableOnError(t.now) && t.holds(o) && t.server.store.Holds(o) {
		t.leave()
		return t.use(o, policy.StaleIfError)
	}
	if status, ok := clientFault(t.failure.err); ok {
		return t.refuse(status, policy.Refused, "the body of the request could not be read")
	}
	t.server.failures.warn(t.server.log, t.now, "origin failed",
		"request_id", t.request.ID, "reason", t.failure.reason.String(), "error", t.failure.err)
	switch t.failure.reason {
	case policy.OriginTimeout:
		return t.refuse(504, t.failure.reason, "the site behind this cache did not answer in time")
	case policy.ServerError:
		return t.refuse(502, t.failure.reason, "the site behind this cache answered with an error")
	case policy.Internal, policy.NoBackend:
		return t.refuse(503, t.failure.reason, "this cache could not serve the request")
	default:
		return t.refuse(502, t.failure.reason, "the site behind this cache could not be reached or gave no proper answer")
	}
}

// refuse answers with a short page of our own, or with what the error rules make of it.
func (t *transaction) refuse(status int, why policy.Reason, text string) step {
	t.status = policy.CacheStatus{Fwd: policy.ForwardOf(t.why), Detail: why}
	t.record.Result = ResultError
	head, body := t.ownPage(status, fmt.Sprintf("%d %s: %s\n", status, message.StatusText(status), text))
	t.vars.Cache = rules.Cache{Miss: true, Reason: why}
	wishes := t.run(rules.Error, head)
	switch {
	case wishes.Restart != nil && why != policy.Loop && t.restarts < maxRestarts && t.mayRestart():
		return restart
	case wishes.Respond != nil:
		head, body = headOf(wishes.Respond), wishes.Respond.Body
	}
	t.sign(head)
	return t.sendOwn(head, body)
}

// say answers a purge.
func (t *transaction) say(status int, text string) step {
	head, body := t.ownPage(status, text)
	t.sign(head)
	return t.sendOwn(head, body)
}

// ownPage makes a page of our own: plain text, never stored by anybody.
func (t *transaction) ownPage(status int, text string) (*message.Response, []byte) {
	head := &message.Response{Status: status, Major: 1, Minor: 1, Length: int64(len(text))}
	head.Header.Add("Content-Type", "text/plain; charset=utf-8")
	head.Header.Add("Cache-Control", "no-store")
	return head, []byte(text)
}
