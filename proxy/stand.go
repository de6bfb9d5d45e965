package proxy

import (
	"context"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/storage"
)

// standIn stores the answer to a POST that says of itself that it is what a GET of the URL would bring, and for how long (RFC 9110 section 9.3.3), and
// delivers it. It is stored under the identity and the rules of its request, like any other answer; what was stored under the URL before is forgotten first.
func (t *transaction) standIn(ctx context.Context, cancel context.CancelFunc, j *job, answer *origin.Response) step {
	s := t.server
	if !s.enter() {
		return t.passOn(ctx, cancel, j, answer)
	}
	tags := append(policy.TagsOf(answer.Head.Header, t.site.Tags), j.effects.Tags...)
	before := s.purges.Number()
	known := storage.Subject{Primary: string(policy.AppendPrimary(nil, t.request.Request)), Asked: t.asked, Tags: tags}
	// A purge since the request came may have hit what the origin was about to say. Only our own do not count.
	quiet := s.purges.Judge(known, t.arrival).Hard == 0
	ours := t.invalidate(answer.Head)
	normalise(&t.request.Header)
	t.makeKey(keyParts(&t.effects))
	seat := s.store.Fly(t.key, nil)
	quiet = quiet && seat.Flight().Started() == before+ours

	get := *j
	get.outgoing = j.outgoing.Clone()
	get.outgoing.Method = "GET"
	get.asked, get.search, get.identity = t.asked, t.search, policy.BearsIdentity(t.request.Request)
	get.request = t.request.Request.Clone()
	found := &findings{answer: answer, asked: t.now.Add(-t.record.Waited), received: t.now}
	if !quiet || !get.judged(answer.Head, found).Store {
		seat.Leave()
		s.work.Done()
		return t.passOn(ctx, cancel, j, answer)
	}
	t.seat = seat
	seat.Flight().Begin()
	l := new(landing)
	t.object = s.settle(seat.Flight(), &get, found, cancel, l)
	go s.fill(ctx, cancel, t.object, answer, nil)
	t.head, t.exact, t.reader = l.head, true, seat.Reader()
	t.status = forwarded(t.why, seat.Flight().Outcome(), false)
	return deliver
}

// standsForGet reports whether an answer is to be kept for those who GET.
func (t *transaction) standsForGet(answer *message.Response) bool {
	return t.request.Method == "POST" && t.why == policy.PassMethod && policy.StandsForGet(t.request.Request, answer)
}
