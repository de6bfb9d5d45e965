package policy

import (
	"math"
	"time"

	"lacquer/message"
)

// Obey says which of a client's directives are obeyed: a set of bits. A front door is the origin's and not the client's, so the zero
// value, none, is what holds where no rule says otherwise. no-store of a request needs no permission.
type Obey uint8

// The directives of a request that may be obeyed (RFC 9111 section 5.2.1).
const (
	ObeyNoCache Obey = 1 << iota // and Pragma: no-cache
	ObeyMaxAge
	ObeyMinFresh
	ObeyMaxStale
	ObeyOnlyIfCached

	ObeyAll = ObeyNoCache | ObeyMaxAge | ObeyMinFresh | ObeyMaxStale | ObeyOnlyIfCached
)

// Wants are what a client wants of stored responses, as far as it is obeyed. Two of them compare by ==; the zero value wants nothing.
type Wants struct {
	NoCache      bool // the origin is to be asked (section 5.2.1.4)
	OnlyIfCached bool // the origin is not to be asked: what cannot be answered from the store is 504 (section 5.2.1.7)
	MaxAge       Span // how old the response may be (section 5.2.1.1)
	MinFresh     Span // for how long it must be fresh yet (section 5.2.1.3)
	MaxStale     Span // how long past its expiry it may be (section 5.2.1.2)
}

// WantsOf reads the directives of a request that are obeyed. It allocates nothing.
func WantsOf(h message.Header, obey Obey) Wants {
	if obey == 0 {
		return Wants{}
	}
	control := message.ParseCacheControl(h, "Cache-Control")
	if !control.Present {
		// RFC 9111 section 5.4: where there is no Cache-Control.
		return Wants{NoCache: obey&ObeyNoCache != 0 && message.HasToken(h, "Pragma", "no-cache")}
	}
	w := Wants{
		NoCache:      obey&ObeyNoCache != 0 && (control.NoCache || control.NoCacheFields != ""),
		OnlyIfCached: obey&ObeyOnlyIfCached != 0 && control.OnlyIfCached,
	}
	if obey&ObeyMaxAge != 0 {
		w.MaxAge = wantedSpan(control.MaxAge)
	}
	if obey&ObeyMinFresh != 0 {
		w.MinFresh = wantedSpan(control.MinFresh)
	}
	if obey&ObeyMaxStale != 0 {
		w.MaxStale = wantedSpan(control.MaxStale)
	}
	return w
}

// wantedSpan returns n seconds, however many where n is more than any number of seconds may be.
func wantedSpan(n int64) Span {
	switch n {
	case message.Absent:
		return Span{}
	case math.MaxInt64:
		return Span{Set: true, Duration: math.MaxInt64}
	}
	return Span{Set: true, Duration: seconds(n)}
}

// JudgeFor is Judge for a client that wants w; nil and the zero Wants change nothing. The reason is that by which the wants changed what Judge
// says, else None: RequestNoCache, RequestMaxAge and RequestMinFresh where the origin is to be asked although the response might
// have been served, RequestMaxStale where it is served, stale, although the origin would have been asked.
func (f *Freshness) JudgeFor(now, softened time.Time, w *Wants) (Use, Reason) {
	use := f.Judge(now, softened)
	if w == nil || *w == (Wants{}) || use == UseNever {
		return use, None
	}
	why := f.unwanted(now, softened, use, w)
	switch {
	case use == UseAfterValidation && why == None && f.staleAllowed(now, softened, w):
		return UseStale, RequestMaxStale
	case use == UseAfterValidation || why == None:
		return use, None
	}
	return UseAfterValidation, why
}

// unwanted says why a response that may be used as use says is not what the client wants.
func (f *Freshness) unwanted(now, softened time.Time, use Use, w *Wants) Reason {
	stale := f.staleFor(now, softened)
	switch {
	case w.NoCache:
		return RequestNoCache
	case w.MaxAge.Set && !f.reloads(use, w) && (w.MaxAge.Duration == 0 || f.AgeAt(now) > w.MaxAge.Duration):
		return RequestMaxAge
	case w.MaxAge.Set && !w.MaxStale.Set && stale >= 0:
		return RequestMaxAge // section 5.2.1.1: unless max-stale stands beside it, what is stale is not wanted
	case w.MinFresh.Set && -stale < w.MinFresh.Duration:
		return RequestMinFresh
	}
	return None
}

// reloads reports whether max-age=0 is a browser's reload of what its origin has declared immutable, which asks for nothing while that
// is fresh (RFC 8246 section 2). A forced reload says no-cache.
func (f *Freshness) reloads(use Use, w *Wants) bool {
	return f.Immutable && use == UseFresh && w.MaxAge.Duration == 0
}

// staleAllowed reports whether max-stale lets the response be served: never where the origin forbids that (section 4.2.4).
func (f *Freshness) staleAllowed(now, softened time.Time, w *Wants) bool {
	return w.MaxStale.Set && !f.MustValidate && !f.NeverStale && f.staleFor(now, softened) <= w.MaxStale.Duration
}
