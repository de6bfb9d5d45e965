package proxy

import (
	"context"
	"strings"
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
	by      *job               // whose fetch it was; nil if that is no longer known
	head    *message.Response  // as it came, for that request alone; of the whole, where a part was stored
	part    *message.ByteRange // that was stored of the whole, where not all came
}

// lead has the head of a flight fetched, for whoever calls first; the others get the same landing. The fetch goes on if they leave.
func (s *Server) lead(f *storage.Flight, j *job) <-chan singleflight.Result {
	f.Begin()
	return s.heads.DoChan(f.ID, func() (any, error) {
		if o := f.Outcome(); o != nil {
			return &landing{outcome: o}, nil // it landed while we were on the way here
		}
		return s.fetchHead(context.Background(), f, j), nil
	})
}

// fetchHead asks the origin and ends the flight with what it says. The body is filled behind. Until the head is there the fetch ends
// with the context of its client; then it belongs to the object. A panic is an outcome like any other.
func (s *Server) fetchHead(client context.Context, f *storage.Flight, j *job) (l *landing) {
	l = &landing{by: j}
	f.Begin()
	if !s.enter() {
		s.store.Fail(f, policy.Internal, errClosed)
		l.outcome = f.Outcome()
		return l
	}
	defer s.work.Done()
	ctx, cancel := context.WithCancel(s.life)
	var unfilled *storage.Object
	defer func() {
		if fault := recover(); fault != nil {
			cancel()
			s.report("fetch", fault)
			switch {
			case f.Outcome() == nil:
				s.store.Fail(f, policy.Internal, errInternal)
			case unfilled != nil:
				s.store.Break(unfilled, errInternal)
			}
		}
		l.outcome = f.Outcome()
	}()
	stay := context.AfterFunc(client, cancel)
	defer stay()

	found, err := s.inquire(ctx, f, j)
	if left := !stay(); left && err == nil {
		found.answer.Body.Close() // nothing is begun for all whose body would be cut
		err = context.Cause(client)
	}
	switch {
	case err != nil:
		cancel()
		s.store.Fail(f, reasonOf(err), err)
	case found.fresh != nil:
		cancel()
		s.store.Freshen(f, *found.fresh)
	default:
		unfilled = s.settle(f, j, found, cancel, l)
		s.work.Add(1) // under our own count, which is not yet done
		go s.fill(ctx, cancel, unfilled, found.answer, l.part)
		unfilled = nil
	}
	return l
}

// findings are what an origin said: an answer of its own, or that what is stored still holds.
type findings struct {
	answer          *origin.Response
	fresh           *storage.Response // what is stored, brought up to date; nil where answer is the origin's own
	asked, received time.Time
}

// inquire asks whether what is stored still holds, and for the whole where it does not or nothing is. An answer that is itself a failure is one, where
// something stored may stand in for it.
func (s *Server) inquire(ctx context.Context, f *storage.Flight, j *job) (*findings, error) {
	found, err := s.askFor(ctx, j)
	if err != nil {
		return nil, err
	}
	status := found.answer.Head.Status
	switch {
	case j.validating && status == 304:
		found.answer.Body.Close()
		if found.fresh = s.freshened(f, j, found); found.fresh != nil {
			return found, nil
		}
		j.dropConditions()
		return s.askFor(ctx, j)
	case j.completing && !j.completes(f, found):
		found.answer.Body.Close()
		j.dropConditions()
		if f.Part != "" {
			j.outgoing.Header.Set("Range", f.Part)
			j.partial = true
		}
		return s.askFor(ctx, j)
	case policy.FailureStatus(status) && f.Stored != nil && !f.Stored.Partial() && f.Stored.ServableOnError(found.received) && s.store.Holds(f.Stored):
		found.answer.Body.Close()
		return nil, &statusError{status}
	}
	return found, nil
}

// askFor asks for a response to an ordinary request.
func (s *Server) askFor(ctx context.Context, j *job) (*findings, error) {
	asked := s.now()
	answer, err := s.consult(ctx, j)
	if err != nil {
		return nil, err
	}
	if answer.Conn != nil {
		answer.Conn.Close()
		return nil, &origin.Error{Kind: origin.Broken, Backend: j.backend, Err: errSwitched}
	}
	return &findings{answer: answer, asked: asked, received: s.now()}, nil
}

// completes reports whether an answer to the question for what is missing is of any use: a part that may be put to what is stored, or the whole anew.
func (j *job) completes(f *storage.Flight, found *findings) bool {
	answer := found.answer.Head
	if answer.Status != 206 {
		return answer.Status != 304 && answer.Status != 412 && answer.Status != 416
	}
	part, ok := policy.PartOf(answer)
	return ok && part.Size == f.Stored.Head.Length && policy.Combines(f.Stored.Origin, answer) && j.judged(answer, found).Store
}

// freshened returns what is stored with its fields brought up to date by a 304 (RFC 9111 section 4.3.4); nil if the 304 is not of what is stored, or says
// that it may not be stored any more: then the whole is to be asked for.
func (s *Server) freshened(f *storage.Flight, j *job, found *findings) *storage.Response {
	if !policy.Matches304(f.Stored.Origin, found.answer.Head) {
		return nil
	}
	return j.renewed(f.Stored, policy.Freshen(f.Stored.Origin, found.answer.Head), found)
}

// renewed is what is stored under a head that is brought up to date; nil if that head says that it may not be stored any more.
func (j *job) renewed(o *storage.Object, head *message.Response, found *findings) *storage.Response {
	took := found.received.Sub(found.asked)
	j.hear(head, found.received, took)
	judged := j.judged(head, found)
	if !judged.Store || variesByOurs(message.ParseVary(head.Header)) || policy.SearchOf(head.Header) != j.search {
		return nil
	}
	r := j.response(head, &judged, took)
	r.Tags = policy.Tidy(append(r.Tags, o.Tags...)) // the body is the one that had them
	return &r
}

// judged says whether an answer may be stored: by what was asked, and by who asked for it. Rules at fetch may take identity off what is asked, or put
// it into the URL; the answer is that visitor's all the same.
func (j *job) judged(head *message.Response, found *findings) policy.Judgement {
	request := &message.Request{Method: j.outgoing.Method, Header: j.request.Header}
	return policy.Judge(request, head, &j.site.Settings, &j.effects.Wishes, found.asked, found.received)
}

// response is what the store is handed of an answer.
func (j *job) response(head *message.Response, judged *policy.Judgement, took time.Duration) storage.Response {
	tags := j.tags(head)
	r := storage.Response{
		Head:      storable(head, judged.Omit),
		Request:   j.request.Header,
		Freshness: judged.Freshness,
		Vary:      message.ParseVary(head.Header),
		Shareable: judged.Shareable,
		Tags:      tags,
		Asked:     j.asked,
		Took:      took,
	}
	if r.Origin = r.Head; j.came != nil {
		r.Origin = storable(j.came, judged.Omit)
	}
	return r
}

// settle ends a flight by an answer of the origin's own: stored if it may be, else marked so that others do not wait for the like of it.
func (s *Server) settle(f *storage.Flight, j *job, found *findings, cancel context.CancelFunc, l *landing) *storage.Object {
	head := found.answer.Head
	judged := s.fit(f, j, head, j.judged(head, found))
	l.head = head
	part, isPart := policy.PartOf(head)
	if isPart = isPart && judged.Store; isPart {
		l.head = policy.WholeHead(head)
		l.part = &message.ByteRange{First: part.First, Last: part.Last}
	}
	r := j.response(l.head, &judged, found.received.Sub(found.asked))
	r.Length, r.Abandon = bodyLength(j.outgoing.Method, head), cancel
	switch {
	case isPart:
		r.Part = &part
		if r.Origin != r.Head {
			r.Origin = policy.WholeHead(r.Origin)
		}
		if j.completing {
			r.Head, r.Origin = policy.Freshen(f.Stored.Head, r.Head), policy.Freshen(f.Stored.Origin, r.Origin)
			l.head = r.Head
		}
		return s.store.Commit(f, r)
	case judged.Store:
		return s.store.Commit(f, r)
	case judged.Reason == policy.VaryAny:
		r.Vary = message.Vary{}
	}
	if j.outgoing.Method == "HEAD" && f.Stored != nil {
		s.freshenByHead(f.Stored, j, found)
	}
	return s.store.Refuse(f, r, refusal(j, head.Status, &judged))
}

// fit refuses what policy would store, but not we: what was chosen by things that the key does not hold, and what proved too large the last time.
func (s *Server) fit(f *storage.Flight, j *job, head *message.Response, judged policy.Judgement) policy.Judgement {
	if !judged.Store {
		return judged
	}
	length := bodyLength(j.outgoing.Method, head)
	switch search := policy.SearchOf(head.Header); {
	case variesByOurs(message.ParseVary(head.Header)):
		judged.Store, judged.Reason = false, policy.VaryAny
	case length == message.Unknown && f.Mark == policy.TooLarge:
		judged.Store, judged.Reason = false, policy.TooLarge // it does not tell beforehand
	case search != j.search:
		path, _, _ := strings.Cut(f.Primary(), "?")
		s.store.LearnSearch(path, search, s.now())
		if j.search != (policy.Search{}) {
			judged.Store, judged.Reason = false, policy.SearchChanged
		}
	}
	return judged
}

// freshenByHead lets an answer to HEAD speak of what is stored for all (RFC 9111 section 4.3.5).
func (s *Server) freshenByHead(o *storage.Object, j *job, found *findings) {
	head := found.answer.Head
	if j.identity || head.Status != 200 || !o.Matches(j.request.Header) {
		return
	}
	if renewed, ok := policy.FreshenByHead(o.Origin, head); ok {
		as := *j
		as.outgoing = j.outgoing.Clone()
		as.outgoing.Method = "GET"
		if r := as.renewed(o, renewed, found); r != nil && s.store.Renew(o, *r) {
			return
		}
	}
	s.store.Soften(o, found.received)
}

// refusal says how what may not be stored is remembered.
func refusal(j *job, status int, judged *policy.Judgement) storage.Refusal {
	why := storage.Refusal{
		Reason: judged.Reason,
		// One visitor's private page turns no herd loose, nor does one who wants nothing kept.
		Identity: judged.Identity || j.identity || judged.Reason == policy.RequestNoStore || judged.Reason == policy.SearchChanged,
		Failure:  policy.FailureStatus(status),
		Mark:     hitForMiss,
	}
	switch {
	case why.Failure:
		why.Mark = hitForMissOnFailure
	case judged.Reason == policy.StatusOfRequest, status == 206, !j.shared && (status == 304 || j.outgoing.Method == "HEAD"):
		why.Mark = 0 // it answers this client's own question and says nothing of the whole
	}
	return why
}
