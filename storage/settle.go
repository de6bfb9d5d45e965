package storage

import (
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// Response is what a flight brought, judged by policy.
type Response struct {
	Head      *message.Response // as it may be sent to anybody; of the whole, with status 200 and its length, where there is a Part
	Origin    *message.Response // the same before rules had their say of it; nil where they had none
	Request   message.Header    // of the request it answers, for Vary
	Freshness policy.Freshness
	Vary      message.Vary
	Shareable bool          // the same for all, in spite of identity
	Tags      []string      // by which it can be purged
	Asked     string        // primary key of the URL that was asked for, where rules made another of it; else ""
	Took      time.Duration // until the head was there
	Length    int64         // bytes of the body as far as the head tells, else message.Unknown
	Abandon   func()        // cancels the fetch; called at most once, must not block

	// Part is what part of the representation the body will be, with the size of the whole; nil for all of it. For Commit alone.
	Part *message.ContentRange
}

// object makes the object that a flight brought, yet without body.
func (r *Response) object(f *Flight) *Object {
	o := &Object{
		Head:      r.Head,
		Origin:    r.Origin,
		Freshness: r.Freshness,
		Vary:      r.Vary,
		Shareable: r.Shareable,
		Tags:      r.Tags,
		Asked:     r.Asked,
		Took:      r.Took,
		Number:    f.number,
		started:   f.started,
		variant:   string(r.Vary.AppendKey(nil, r.Request)),
		language:  languageOf(r),
		search:    policy.SearchOf(r.Head.Header),
	}
	if o.Origin == nil {
		o.Origin = o.Head
	}
	return o
}

// Commit ends a flight with a response that may be stored. From now on look-ups find it, and its body is read while it grows: the caller
// fills it through Grow and ends it by Complete or Break. If a hard purge has hit it meanwhile, or a later fetch was faster, it is not put in
// the table, and only those who may have it get it.
//
// With a Part, what is stored of the same representation belongs to the object from now on. Readers find every byte at its offset in the whole.
func (s *Store) Commit(f *Flight, r Response) *Object {
	return s.publish(f, r, nil)
}

// Freshen ends a flight whose origin said that f.Stored still holds: r.Head and r.Freshness are the updated ones, the body is the
// stored one (RFC 9111 section 4.3.4).
func (s *Store) Freshen(f *Flight, r Response) *Object {
	o := s.publish(f, r, f.Stored.Body)
	if o.slot != nil {
		s.place(o)
	} else {
		s.payIfRead(f.Stored) // by those who have seats, perhaps for longer than it is stored
	}
	return o
}

// publish puts a response in the table. A nil body is one that is still to come.
func (s *Store) publish(f *Flight, r Response, body *Body) *Object {
	o, made := s.publishLocked(f, &r, body)
	s.makeRoom(f.entry, made)
	return o
}

func (s *Store) publishLocked(f *Flight, r *Response, body *Body) (o *Object, made room) {
	o = r.object(f)
	e := f.entry
	e.mu.Lock()
	defer s.leave(e)
	sl, made := e.place(s.placing(f, r, o.language))
	where, base := s.berth(sl, f, o, r.Part)
	hard := s.judgePublished(f, r, o, body)
	if hard != 0 {
		where, base = nowhere, nil
	}
	limit := s.maxObject
	if where == nowhere {
		limit = -1
	}
	switch {
	case body != nil:
		o.Body = body
	case r.Part != nil:
		o.Body = newPart(*r.Part, base, &s.budget, limit, r.Abandon)
	default:
		o.Body = newBody(&s.budget, r.Length, limit, r.Abandon)
	}
	o.holed = o.Body.part != nil
	switch where {
	case inFront:
		made.objects = append(made.objects, sl.put(o)...)
		o.Body.repay() // if it had left the table, it is back
	case asPart:
		o.slot = sl
		sl.beside = append(sl.beside, o)
	}
	s.endLocked(f, &Outcome{Object: o, Shared: true, Validated: body != nil, purged: hard})
	return o, made
}

// placing says where the answer to a flight goes.
func (s *Store) placing(f *Flight, r *Response, language string) placing {
	secondary := secondaryKey(f.key.Base, r.Vary, r.Request)
	return placing{
		vary: r.Vary, secondary: secondary, spoken: spoken(f.key.Base, r, language),
		hash: s.hash(f.entry.primary, secondary), most: s.maxVariants, now: s.now(),
	}
}

// judgePublished checks an object that is about to be found against what was purged since its fetch began, and returns the number of the first
// hard purge that has hit it, 0 if none has. entry.mu is held.
func (s *Store) judgePublished(f *Flight, r *Response, o *Object, body *Body) (hard uint64) {
	j := s.purges.Judge(Subject{Primary: f.entry.primary, Asked: r.Asked, Tags: o.Tags}, f.started)
	if was := f.Stored; body != nil { // a purge of what the body was known by until now has hit it, too
		k := s.purges.Judge(Subject{Primary: f.entry.primary, Asked: was.Asked, Tags: was.Tags}, f.started)
		if k.Hard != 0 && (j.Hard == 0 || k.Hard < j.Hard) {
			j.Hard = k.Hard
		}
		if k.Soft.After(j.Soft) {
			j.Soft = k.Soft
		}
	}
	o.checked.Store(j.Upto)
	if !j.Soft.IsZero() {
		o.soften(j.Soft)
	}
	return j.Hard
}

// put makes o what look-ups find in the slot. What it replaces stays behind it, if all of that had come, until all of o has. entry.mu is held.
func (s *slot) put(o *Object) (dropped []*Object) {
	o.slot = s
	dropped = s.takeBeside(func(b *Object) bool { return !combines(o, b) })
	if was := s.object.Load(); was != nil {
		if was.Body.Settled() && !o.Body.Settled() {
			was, s.previous = s.previous, was
		}
		if was != nil {
			dropped = append(dropped, was)
		}
	}
	s.setMark(nil)
	s.rest.Store(0)
	s.shareable.Store(o.Shareable)
	s.object.Store(o)
	return dropped
}

// Refusal says why a response is not stored.
type Refusal struct {
	Reason   policy.Reason
	Identity bool          // only because of whose request it answers: leaves no mark, and others may ask anew
	Failure  bool          // a server error: what is stored stays for when it may be used
	Mark     time.Duration // how long requests need not wait for one another
}

// Refuse ends a flight with a response that is not stored, and marks its place. The caller fills the body as after Commit; it is not kept.
func (s *Store) Refuse(f *Flight, r Response, why Refusal) *Object {
	o, made := s.refuseLocked(f, &r, why)
	s.makeRoom(f.entry, made)
	return o
}

func (s *Store) refuseLocked(f *Flight, r *Response, why Refusal) (o *Object, made room) {
	o = r.object(f)
	o.Body = newBody(&s.budget, r.Length, -1, r.Abandon)
	now := s.now()

	e := f.entry
	e.mu.Lock()
	defer s.leave(e)
	j := s.purges.Judge(Subject{Primary: e.primary, Asked: r.Asked, Tags: r.Tags}, f.started)
	switch {
	case why.Identity:
		if f.slot != nil {
			f.slot.shareable.Store(false)
		}
	case why.Mark > 0:
		// The mark goes where look-ups for this request go: to what they found, if that is still there.
		sl := f.slot
		if sl == nil || sl.object.Load() == nil {
			sl, made = e.place(s.placing(f, r, ""))
		}
		made.objects = append(made.objects, sl.putMark(&Mark{Reason: why.Reason, Until: now.Add(why.Mark)}, f.number, why.Failure, now)...)
	}
	s.endLocked(f, &Outcome{Object: o, Reason: why.Reason, Identity: why.Identity, purged: j.Hard})
	return o, made
}

// putMark marks the slot. What is stored in it goes, as an answer newer than it has come, unless that was a server error, or it may still be
// served while it is refreshed. entry.mu is held.
func (s *slot) putMark(m *Mark, flight uint64, failure bool, now time.Time) (dropped []*Object) {
	o := s.object.Load()
	if o != nil && o.Number > flight {
		return nil
	}
	switch {
	case o == nil:
	case failure || o.Judge(now) == policy.UseStale:
		s.rest.Store(now.Add(restInterval).UnixNano())
	default:
		dropped = s.takeObjects()
	}
	s.shareable.Store(false)
	s.setMark(m)
	return dropped
}

// Fail ends a flight that brought no response, or one that must not take the place of what is stored. Unless the fault is our own or the client's,
// the origin is left in peace for a moment.
func (s *Store) Fail(f *Flight, why policy.Reason, err error) {
	e := f.entry
	e.mu.Lock()
	defer s.leave(e)
	if sl := f.slot; why != policy.Internal && sl != nil && sl.object.Load() != nil {
		sl.rest.Store(s.now().Add(restInterval).UnixNano())
	}
	s.endLocked(f, &Outcome{Reason: why, Err: err})
}

// endLocked takes a flight off the lists, after whatever it brought is in the table, and tells its seats. entry.mu is held.
func (s *Store) endLocked(f *Flight, o *Outcome) {
	e := f.entry
	if e.flights[f.secondary] == f {
		delete(e.flights, f.secondary)
	}
	if len(e.flights) == 0 {
		e.flights = nil // most URLs are never asked for by two at once again
	}
	e.underWay--
	s.register.end(f)
	f.settle(o)
}
