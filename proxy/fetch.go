package proxy

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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
	if !s.begin() {
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
	answer, err := s.ask(ctx, f, j)
	if err != nil {
		cancel()
		s.store.Fail(f, reasonOf(err), err)
		return l
	}
	received := s.now()
	l.head = answer.Head
	r := storage.Response{Request: j.request.Header, Vary: message.ParseVary(answer.Head.Header), Length: bodyLength(j.outgoing.Method, answer.Head), Abandon: cancel}
	if j.validating && answer.Head.Status == 304 {
		defer cancel()
		defer answer.Body.Close()
		l.head = nil
		s.freshen(f, j, answer.Head, r, asked, received)
		return l
	}
	if policy.FailureStatus(answer.Head.Status) && f.Stored != nil && f.Stored.ServableOnError(received) && s.store.Holds(f.Stored) {
		cancel()
		answer.Body.Close()
		s.store.Fail(f, policy.ServerError, fmt.Errorf("the origin answered %d", answer.Head.Status))
		return l
	}
	o := s.settle(f, j, answer.Head, r, asked, received)
	s.work.Add(1) // under our own count, which is not yet done
	go s.fill(ctx, cancel, o, answer.Body)
	return l
}

// ask asks the origin. An answer to our own condition that does not fit what is stored is asked for again, whole.
func (s *Server) ask(ctx context.Context, f *storage.Flight, j *job) (*origin.Response, error) {
	for {
		answer, err := s.origin.Fetch(ctx, &origin.Request{Head: j.outgoing, Body: j.body, Interim: j.interim})
		if err != nil {
			return nil, err
		}
		tidy(answer.Head)
		if answer.Conn != nil {
			answer.Conn.Close()
			return nil, &origin.Error{Kind: origin.Broken, Backend: s.backend, Err: errors.New("101 to a request that asked for no upgrade")}
		}
		if !j.validating || answer.Head.Status != 304 || policy.Matches304(f.Stored.Head, answer.Head) {
			return answer, nil
		}
		answer.Body.Close()
		j.validating = false
		policy.DropConditions(&j.outgoing.Header)
	}
}

// freshen ends a flight by a 304: the stored response with its fields brought up to date (RFC 9111 section 4.3.4).
func (s *Server) freshen(f *storage.Flight, j *job, answer *message.Response, r storage.Response, asked, received time.Time) {
	r.Head = policy.Freshen(f.Stored.Head, answer)
	r.Vary = message.ParseVary(r.Head.Header)
	judged := policy.Judge(j.request, r.Head, &s.settings, asked, received)
	r.Freshness, r.Shareable = judged.Freshness, judged.Shareable
	s.store.Freshen(f, r)
}

// settle ends a flight by a whole answer: stored if it may be, else marked so that others do not wait for the like of it.
func (s *Server) settle(f *storage.Flight, j *job, head *message.Response, r storage.Response, asked, received time.Time) *storage.Object {
	judged := policy.Judge(j.request, head, &s.settings, asked, received)
	r.Head = storable(head)
	r.Freshness, r.Shareable = judged.Freshness, judged.Shareable
	if judged.Store && r.Length <= s.settings.MaxObject {
		return s.store.Commit(f, r)
	}
	refusal := storage.Refusal{
		Reason:   judged.Reason,
		Identity: judged.Identity || j.identity, // one visitor's private page turns no herd loose
		Failure:  policy.FailureStatus(head.Status),
		Mark:     hitForMiss,
	}
	if judged.Store {
		refusal.Reason = policy.TooLarge
	}
	switch {
	case refusal.Failure:
		refusal.Mark = hitForMissOnFailure
	case !j.shared && (head.Status == 304 || head.Status == 206 || j.outgoing.Method != "GET"):
		refusal.Mark = 0 // it answers this client's own question and says nothing of the whole
	}
	if r.Vary.Any {
		r.Vary = message.Vary{}
	}
	return s.store.Refuse(f, r, refusal)
}

// report logs a fault of ours.
func (s *Server) report(where string, fault any) {
	s.log.Error("fault", "where", where, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
}
