package storage

import (
	"sync/atomic"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// overhead is what an object costs besides its bytes: entry, slot, object, ristretto's books and the allocator's rounding.
const overhead = 768

// Object is a response. Its fields are set before it is seen by others and do not change. DESIGN.md has its life table.
type Object struct {
	Head      *message.Response // as it may be sent to anybody: hop-by-hop fields and cookies are off; of the whole, where the body has but a part
	Origin    *message.Response // the same before rules had their say of it: what a 304 renews; Head itself where they had none
	Body      *Body
	Freshness policy.Freshness
	Vary      message.Vary
	Shareable bool          // the origin said that it is the same for all, in spite of identity
	Tags      []string      // by which it can be purged
	Asked     string        // primary key of the URL that was asked for, where rules made another of it; else ""
	Took      time.Duration // that the origin needed until the head was there
	Number    uint64        // of the flight that brought its head

	hits     atomic.Int64
	started  uint64        // number of the log of purges when its fetch began
	variant  string        // values of the request's fields that Vary names
	language string        // that it is in, if Vary names Accept-Language
	search   policy.Search // which parts of the query do not count, as it says itself
	slot     *slot         // nil if it was never in the table
	waiting  int64         // bytes charged while it waits beside another object of the slot; protected by entry.mu
	let      bool          // its body is no longer kept; known to the writer of the body alone
	holed    bool          // its body has, or had, a part: a hit asks first whether its bytes are there
	checked  atomic.Uint64 // number of the log of purges up to which it was checked
	softened atomic.Int64  // moment of the last soft purge, in nanoseconds since 1970; 0 if there was none
}

// Kept reports whether the object was put in the table.
func (o *Object) Kept() bool { return o.slot != nil }

// Hits returns how often the object was used.
func (o *Object) Hits() int64 { return o.hits.Load() }

// Softened returns the moment from which on a soft purge has made the object stale, the zero time if none has.
func (o *Object) Softened() time.Time {
	if ns := o.softened.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// Matches reports whether a request has the values that Vary names in common with the one that the object answers (RFC 9111 section 4.1).
func (o *Object) Matches(h message.Header) bool {
	var buf [256]byte
	return string(o.Vary.AppendKey(buf[:0], h)) == o.variant
}

// Judge says how the object may be used now, soft purges considered.
func (o *Object) Judge(now time.Time) policy.Use { return o.Freshness.Judge(now, o.Softened()) }

// ServableOnError reports whether the object may stand in for an origin that failed.
func (o *Object) ServableOnError(now time.Time) bool {
	return o.Freshness.ServableOnError(now, o.Softened())
}

// Trailer returns what followed the body, nil as long as not all has come.
func (o *Object) Trailer() message.Header {
	if o.Body.Settled() {
		return o.Body.trailer
	}
	return nil
}

// Partial reports whether there are bytes of the representation that are neither there nor on their way.
func (o *Object) Partial() bool {
	if o.Body.part == nil {
		return false
	}
	_, lacks := o.Body.lacks(message.ByteRange{First: 0, Last: o.Body.part.size - 1})
	return lacks
}

// Holds reports whether all bytes of r are there or on their way: then a reader can have them.
func (o *Object) Holds(r message.ByteRange) bool {
	_, lacks := o.Body.lacks(r)
	return !lacks
}

// Missing returns the one range that must be asked for so that o has all of r, the smallest there is, and reports whether anything must be.
func (o *Object) Missing(r message.ByteRange) (message.ByteRange, bool) { return o.Body.lacks(r) }

// cost returns the bytes that the object takes.
func (o *Object) cost() int64 {
	size, _ := o.Body.Size()
	texts := o.Head.Header.Size() + o.Body.trailer.Size() + len(o.slot.entry.primary) + len(o.slot.secondary)
	if o.Origin != o.Head {
		texts += o.Origin.Header.Size()
	}
	return size + int64(texts) + overhead
}

// soften records a soft purge.
func (o *Object) soften(at time.Time) {
	for ns := at.UnixNano(); ; {
		was := o.softened.Load()
		if was >= ns || o.softened.CompareAndSwap(was, ns) {
			return
		}
	}
}

// purged checks o against what the log has got since it was last checked, and reports whether a hard purge has hit it. It takes no lock of
// ours and is one comparison where the log is as it was.
func (o *Object) purged(purges Purges, primary string) bool {
	checked := o.checked.Load()
	if checked == purges.Number() {
		return false
	}
	j := purges.Judge(Subject{Primary: primary, Asked: o.Asked, Tags: o.Tags}, checked)
	if j.Hard != 0 {
		return true
	}
	if !j.Soft.IsZero() {
		o.soften(j.Soft)
	}
	for checked < j.Upto && !o.checked.CompareAndSwap(checked, j.Upto) {
		checked = o.checked.Load()
	}
	return false
}

// Mark says that the last answer under a key was not to be shared, so that requests need not wait for one another.
type Mark struct {
	Reason policy.Reason // why the answer was not stored; None where it was, and has been purged
	Until  time.Time
}

// markCost is what a mark costs: its slot and entry with their keys, on the average.
const markCost = 512
