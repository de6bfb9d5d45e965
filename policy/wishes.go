package policy

import "time"

// Will is a wish that may be absent.
type Will uint8

// Wills.
const (
	NoWill Will = iota
	Yes
	No
)

// Span is a duration that may be absent.
type Span struct {
	Set bool
	time.Duration
}

// Wishes are what the rules of a site say about storing a response. They stand above what the response says: Store: Yes overrides every
// refusal of the origin's, and that of cookies, but never that of Authorization; TTL alone overrides none. The zero value wishes nothing.
type Wishes struct {
	Store                                         Will
	TTL, StaleWhileRevalidate, StaleIfError, Keep Span
	EarlyRefresh                                  Will
}

// overrides reports whether a refusal gives way to the wishes.
func (w *Wishes) overrides(why Reason) bool {
	switch why {
	case NoStore, Private, SetCookie, Cookies:
		return w.Store == Yes
	case StatusNotCacheable, ServerError, NoLifetime, LifetimeOver:
		return w.TTL.Set && w.TTL.Duration > 0
	}
	return false
}

// apply changes the freshness of a response as wished. A lifetime counts from now on, however old the response came.
func (w *Wishes) apply(f *Freshness) {
	if w.TTL.Set {
		f.Lifetime, f.From = min(w.TTL.Duration, longest)+f.Age, SourceRule
		f.MustValidate = false
	}
	if w.StaleWhileRevalidate.Set {
		f.StaleWhileRevalidate = min(w.StaleWhileRevalidate.Duration, longest)
		f.NeverStale = f.NeverStale && f.StaleWhileRevalidate == 0
	}
	if w.StaleIfError.Set {
		f.StaleIfError = min(w.StaleIfError.Duration, longest)
		f.NeverStale = f.NeverStale && f.StaleIfError == 0
	}
	if w.Keep.Set {
		f.Keep = min(w.Keep.Duration, longest)
	}
	if w.EarlyRefresh != NoWill {
		f.Early = w.EarlyRefresh == Yes
	}
}
