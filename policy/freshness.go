package policy

import "time"

// Freshness is all that time decides about a stored response: how old it was when it came, for how long it is good, and what
// may be done with it afterwards. The zero value is of no use to anybody: it is never served.
//
//	Received          Expires                                               KeptUntil
//	   │ fresh           │ stale while revalidate │                             │
//	   │                 │ stale if error ────────────────────┤                 │
//	   │ UseFresh        │ UseStale               │ UseAfterValidation          │ UseNever
type Freshness struct {
	Received             time.Time     // when its head had come, by our clock
	Age                  time.Duration // corrected initial age: how old it was at Received (RFC 9111 section 4.2.3)
	Lifetime             time.Duration // freshness lifetime, counted from its making and not from Received (section 4.2.1)
	From                 Source        // where Lifetime came from
	Field                string        // the targeted field that governs in place of Cache-Control (RFC 9213), "" without one
	StaleWhileRevalidate time.Duration // how long past its expiry it is served while it is refreshed behind (RFC 5861 section 3)
	StaleIfError         time.Duration // how long past its expiry it is served where the origin fails (RFC 5861 section 4)
	Keep                 time.Duration // how long past both it is kept, to be validated
	MustValidate         bool          // no-cache: the origin is asked at each use (RFC 9111 section 5.2.2.4)
	NeverStale           bool          // no window applies: must-revalidate and its like (section 4.2.4)
	Immutable            bool          // while it is fresh, a reload need not ask the origin (RFC 8246)
	Early                bool          // it may be refreshed before it expires (RefreshEarly)
}

// Source says where a lifetime came from.
type Source uint8

// Sources of a lifetime, the strongest first (RFC 9111 section 4.2.1).
const (
	SourceNone       Source = iota // nothing says for how long; the lifetime is 0
	SourceSMaxAge                  // Cache-Control: s-maxage
	SourceMaxAge                   // Cache-Control: max-age
	SourceExpires                  // Expires
	SourceHeuristics               // a tenth of the time since Last-Modified
	SourceSettings                 // cache.ttl
	SourceRule                     // a rule says so
)

// String returns the source as explain and the log name it.
func (s Source) String() string {
	switch s {
	case SourceNone:
		return "none"
	case SourceSMaxAge:
		return "s-maxage"
	case SourceMaxAge:
		return "max-age"
	case SourceExpires:
		return "expires"
	case SourceHeuristics:
		return "heuristics"
	case SourceRule:
		return "rule"
	case SourceSettings:
		return "settings"
	}
	return "unknown"
}

// Use is what may be done with a stored response.
type Use uint8

// Uses, from the best to the worst; in this order a response goes through them as time passes.
const (
	UseFresh           Use = iota // serve it
	UseStale                      // serve it, and refresh it behind
	UseAfterValidation            // ask the origin first; it is kept to be validated, or for the case that the origin fails
	UseNever                      // it is as good as gone
)

// String names the use for logs and tests.
func (u Use) String() string {
	switch u {
	case UseFresh:
		return "fresh"
	case UseStale:
		return "stale"
	case UseAfterValidation:
		return "after-validation"
	case UseNever:
		return "never"
	}
	return "unknown"
}

// longest bounds ages and lifetimes, as RFC 9111 section 1.2.2 bounds delta-seconds: 68 years. Sums of a few of them fit a
// time.Duration.
const longest = (1 << 31) * time.Second

// AgeAt returns the age of the response at now: the value of its Age field (RFC 9111 section 4.2.3). It is never negative,
// whatever the clock does, and never falls while now grows.
func (f *Freshness) AgeAt(now time.Time) time.Duration {
	resident := min(max(now.Sub(f.Received), 0), longest)
	return max(f.Age+resident, 0)
}

// Expires returns the moment from which on the response is no longer fresh.
func (f *Freshness) Expires() time.Time {
	return f.Received.Add(f.Lifetime - f.Age)
}

// TTL returns how long the response is still fresh at now; 0 or less if it is not.
func (f *Freshness) TTL(now time.Time) time.Duration {
	return f.Lifetime - f.AgeAt(now)
}

// KeptUntil returns the moment from which on nothing can be done with the response any more: expiry, the larger window for
// stale responses, and Keep.
func (f *Freshness) KeptUntil() time.Time {
	return f.Expires().Add(max(f.StaleWhileRevalidate, f.StaleIfError)).Add(f.Keep)
}

// Judge says what may be done with the response at now. softened is the moment of a soft purge, or the zero time: from then on
// the response counts as expired, and its windows are counted from there.
func (f *Freshness) Judge(now, softened time.Time) Use {
	stale := f.staleFor(now, softened)
	switch {
	case f.MustValidate:
		if stale-max(f.StaleWhileRevalidate, f.StaleIfError) < f.Keep {
			return UseAfterValidation
		}
		return UseNever
	case stale < 0:
		return UseFresh // RFC 9111 section 4.2: fresh while the lifetime is greater than the age
	case !f.NeverStale && stale < f.StaleWhileRevalidate:
		return UseStale
	case stale-max(f.StaleWhileRevalidate, f.StaleIfError) < f.Keep:
		return UseAfterValidation
	}
	return UseNever
}

// ServableOnError reports whether the response may be served at now where the origin failed: within its window for that, and
// never where it must be validated or must not be served stale. What is still fresh may always be served; one that MustValidate
// never. softened is as in Judge.
func (f *Freshness) ServableOnError(now, softened time.Time) bool {
	if f.MustValidate {
		return false
	}
	stale := f.staleFor(now, softened)
	return stale < 0 || !f.NeverStale && stale < f.StaleIfError
}

// staleFor returns how long ago the response expired; less than 0 while it is fresh. A soft purge brings expiry forward but
// never puts it off.
func (f *Freshness) staleFor(now, softened time.Time) time.Duration {
	stale := -f.TTL(now)
	if !softened.IsZero() {
		stale = max(stale, now.Sub(softened))
	}
	return stale
}
