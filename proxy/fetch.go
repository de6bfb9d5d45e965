package proxy

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/storage"
)

const (
	hitForMiss          = 2 * time.Minute // how long requests need not wait for one another after an answer that is not to be shared
	hitForMissOnFailure = time.Second     // the same after a server error
)

// landing is the end of a fetch's head phase, as those who waited see it.
type landing struct {
	outcome *storage.Outcome
	by      *job              // whose fetch it was; nil if that is no longer known
	head    *message.Response // as it came, for that request alone
}

// lead has the head of a flight fetched, for whoever calls first; the others get the same landing. The fetch goes on if they leave.
func (s *Server) lead(f *storage.Flight, j *job) <-chan singleflight.Result {
	return s.heads.DoChan(f.ID, func() (any, error) {
		if o := f.Outcome(); o != nil {
			return &landing{outcome: o}, nil // it landed while we were on the way here
		}
		return s.fetchHead(context.Background(), f, j), nil
	})
}

// refresh has what is stored fetched anew, behind the request that was served with it.
func (s *Server) refresh(seat *storage.Seat, j *job) {
	s.lead(seat.Flight(), j)
	seat.Leave()
}

// fetchHead asks the origin and ends the flight with what it says. The body is filled behind. Until the head is there the fetch ends
// with the context of its client; then it belongs to the object. A panic is an outcome like any other.
func (s *Server) fetchHead(client context.Context, f *storage.Flight, j *job) (l *landing) {
	l = &landing{by: j}
	if !s.enter() {
		s.store.Fail(f, policy.Internal, errClosed)
		l.outcome = f.Outcome()
		return l
	}
	defer s.work.Done()
	ctx, cancel := context.WithCancel(s.life)
	defer func() {
		if fault := recover(); fault != nil {
			cancel()
			s.report("fetch", fault)
			if f.Outcome() == nil {
				s.store.Fail(f, policy.Internal, errInternal)
			}
		}
		l.outcome = f.Outcome()
	}()
	stay := context.AfterFunc(client, cancel)
	defer stay()

	asked := s.now()
	answer, err := s.consult(ctx, j)
	if err == nil && answer.Conn != nil {
		answer.Conn.Close()
		err = &origin.Error{Kind: origin.Broken, Backend: j.backend, Err: errSwitched}
	}
	if err == nil && j.validating && answer.Head.Status == 304 {
		if r, holds := s.freshened(f, j, answer.Head, asked); holds {
			cancel()
			answer.Body.Close()
			s.store.Freshen(f, r)
			return l
		}
		answer.Body.Close()
		j.dropConditions()
		asked = s.now()
		answer, err = s.consult(ctx, j)
	}
	if err != nil {
		cancel()
		s.store.Fail(f, reasonOf(err), err)
		return l
	}
	received := s.now()
	if policy.FailureStatus(answer.Head.Status) && f.Stored != nil && f.Stored.ServableOnError(received) && s.store.Holds(f.Stored) {
		cancel()
		answer.Body.Close()
		s.store.Fail(f, policy.ServerError, fmt.Errorf("the origin answered %d", answer.Head.Status))
		return l
	}
	l.head = answer.Head
	o := s.settle(f, j, answer.Head, cancel, asked, received)
	s.work.Add(1) // under our own count, which is not yet done
	go s.fill(ctx, cancel, o, answer.Body)
	return l
}

// freshened returns what is stored with its fields brought up to date by a 304 (RFC 9111 section 4.3.4). It does not hold if the 304 is not of
// what is stored, or says that it may not be stored any more: then the whole is to be asked for.
func (s *Server) freshened(f *storage.Flight, j *job, answer *message.Response, asked time.Time) (r storage.Response, holds bool) {
	if !policy.Matches304(f.Stored.Head, answer) {
		return r, false
	}
	head := policy.Freshen(f.Stored.Head, answer)
	received := s.now()
	j.hear(head, received, received.Sub(asked))
	judged := policy.Judge(j.outgoing, head, &j.site.Settings, &j.effects.Wishes, asked, received)
	if !judged.Store {
		return r, false
	}
	return j.response(head, &judged, received.Sub(asked)), true
}

// response is what the store is handed of an answer.
func (j *job) response(head *message.Response, judged *policy.Judgement, took time.Duration) storage.Response {
	tags := j.tags(head)
	return storage.Response{
		Head:      storable(head),
		Request:   j.request.Header,
		Freshness: judged.Freshness,
		Vary:      message.ParseVary(head.Header),
		Shareable: judged.Shareable,
		Tags:      tags,
		Took:      took,
	}
}

// settle ends a flight by a whole answer: stored if it may be, else marked so that others do not wait for the like of it.
func (s *Server) settle(f *storage.Flight, j *job, head *message.Response, cancel context.CancelFunc, asked, received time.Time) *storage.Object {
	judged := policy.Judge(j.outgoing, head, &j.site.Settings, &j.effects.Wishes, asked, received)
	r := j.response(head, &judged, received.Sub(asked))
	r.Length, r.Abandon = bodyLength(j.outgoing.Method, head), cancel
	if judged.Store && r.Length == message.Unknown && f.Mark == policy.TooLarge {
		judged = policy.Judgement{Reason: policy.TooLarge} // it was the last time, and does not tell beforehand
	}
	if judged.Store {
		return s.store.Commit(f, r)
	}
	if r.Vary.Any {
		r.Vary = message.Vary{}
	}
	return s.store.Refuse(f, r, refusal(j, head.Status, &judged))
}

// refusal says how what may not be stored is remembered.
func refusal(j *job, status int, judged *policy.Judgement) storage.Refusal {
	why := storage.Refusal{
		Reason: judged.Reason,
		// One visitor's private page turns no herd loose, nor does one who wants nothing kept.
		Identity: judged.Identity || j.identity || judged.Reason == policy.RequestNoStore,
		Failure:  policy.FailureStatus(status),
		Mark:     hitForMiss,
	}
	switch {
	case why.Failure:
		why.Mark = hitForMissOnFailure
	case !j.shared && (status == 304 || status == 206 || j.outgoing.Method != "GET"):
		why.Mark = 0 // it answers this client's own question and says nothing of the whole
	}
	return why
}
