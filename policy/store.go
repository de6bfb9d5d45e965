package policy

import (
	"time"

	"lacquer/message"
)

// Judgement is whether a response may be stored for everybody, and if not, why.
type Judgement struct {
	Store     bool
	Reason    Reason    // why not; None if it may be stored
	Freshness Freshness // in any case: its age is told, and its lifetime explained, also where it is not stored
	// Shareable says that answers like this one are stored whatever identity their request bears: the origin declares that they
	// are the same for all (public, s-maxage; after Authorization also must-revalidate). It does not depend on whether this
	// request bore any, and holds only for what may be stored. Requests that bear identity may join or lead a shared fetch
	// where the last answer was so.
	Shareable bool
	// Identity says that the response was refused only because its request bears identity: had it been anonymous and the answer
	// the same, it would have been stored.
	Identity bool
}

// Judge decides whether a shared cache may store resp and for how long: RFC 9111 sections 3, 3.5 and 4.2, and stricter than
// those for cookies, about which the RFC says nothing.
//
// req is the request as it went to the origin: fields that were taken off before cannot have influenced the answer. asked is
// when it went out, received when the head of resp had come. The qualified forms private="field" and no-cache="field" count
// as private and no-cache, as RFC 9111 sections 5.2.2.4 and 5.2.2.7 allow.
//
// w is what rules wish; nil wishes nothing. Whoever stores the response must take off what DropPersonal takes off. It may carry any Vary but "*".
func Judge(req *message.Request, resp *message.Response, s *Settings, w *Wishes, asked, received time.Time) Judgement {
	if w == nil {
		w = &noWishes
	}
	control := message.ParseCacheControl(resp.Header, "Cache-Control")
	f := freshnessOf(resp, &control, s, asked, received)
	w.apply(&f)
	if reason := refusal(req, resp, &control, s, w); reason != None {
		return Judgement{Reason: reason, Freshness: f}
	}
	if reason := worthless(&f, &control, hasValidator(resp.Header, received)); reason != None && !w.overrides(reason) {
		return Judgement{Reason: reason, Freshness: f}
	}
	if reason := identityRefusal(req, resp, &control, &f); reason != None && !w.overrides(reason) {
		return Judgement{Reason: reason, Freshness: f, Identity: true}
	}
	return Judgement{Store: true, Freshness: f, Shareable: w.Store == Yes || shareable(req, &control, &f)}
}

var noWishes Wishes

// refusal names the first thing that forbids storing, whoever asked and however fresh the response is (RFC 9111 section 3).
func refusal(req *message.Request, resp *message.Response, control *message.CacheControl, s *Settings, w *Wishes) Reason {
	if w.Store == No {
		return RuleNoStore
	}
	for _, reason := range [...]Reason{requestRefusal(req), statusRefusal(resp, control), responseRefusal(resp, control, s)} {
		if reason != None && !w.overrides(reason) {
			return reason
		}
	}
	return None
}

// responseRefusal names what in the fields of the response forbids storing. Where several do, the one that no rule can override comes first.
func responseRefusal(resp *message.Response, control *message.CacheControl, s *Settings) Reason {
	switch {
	case control.MustUnderstand && !understood(resp.Status):
		return StatusNotCacheable
	case message.ParseVary(resp.Header).Any:
		return VaryAny
	case s.MaxObject > 0 && resp.Length > s.MaxObject:
		return TooLarge
	case control.NoStore && !control.MustUnderstand: // RFC 9111 section 5.2.2.3: who understands the status ignores no-store
		return NoStore
	case control.Private || control.PrivateFields != "":
		return Private
	case resp.Header.Has("Set-Cookie") && !control.Public:
		return SetCookie
	}
	return None
}

// requestRefusal names what in the request forbids storing its answer. Answers to HEAD lack the body that a GET would want,
// those to POST might be stored by RFC 9110 section 9.3.3 and are stored by nobody.
func requestRefusal(req *message.Request) Reason {
	if req.Method != "GET" {
		return MethodNotStored
	}
	if message.ParseCacheControl(req.Header, "Cache-Control").NoStore {
		return RequestNoStore // RFC 9111 section 5.2.1.5
	}
	return None
}

// statusRefusal names what in the status forbids storing. A status that allows no heuristics needs freshness of its own, or
// public (RFC 9111 section 3, the last item).
func statusRefusal(resp *message.Response, control *message.CacheControl) Reason {
	allowed := hasLifetime(resp, control) || control.Public
	switch {
	case resp.Status == 304:
		return AnswerNotModified
	case resp.Status == 206 || resp.Header.Has("Content-Range"):
		return PartialContent
	case resp.Status < 200:
		return StatusNotCacheable
	case ofThisRequest(resp.Status):
		return StatusOfRequest
	case allowed || HeuristicallyCacheable(resp.Status):
		return None
	case resp.Status >= 500:
		return ServerError
	}
	return StatusNotCacheable
}

// hasLifetime reports whether the response itself says for how long it is good, be it for no time at all.
func hasLifetime(resp *message.Response, control *message.CacheControl) bool {
	return control.SMaxAge != message.Absent || control.MaxAge != message.Absent || resp.Header.Has("Expires")
}

// worthless says why nobody could ever use the stored response: it would have to be fetched anew at each use, whole.
//
// The default window for errors alone is no reason to keep what was never fresh: it would turn every dynamic page into an
// object, and every reader of it into one who waits for a fetch that does not help him.
func worthless(f *Freshness, control *message.CacheControl, validator bool) Reason {
	if validator {
		return None
	}
	if f.MustValidate {
		return LifetimeOver
	}
	window := f.StaleWhileRevalidate
	if control.StaleIfError != message.Absent {
		window = max(window, f.StaleIfError)
	}
	switch stale := f.Age - f.Lifetime; {
	case stale < 0 || stale < window:
		return None
	case f.From == SourceNone:
		return NoLifetime
	}
	return LifetimeOver
}

// identityRefusal says why the answer to a request that bears identity is not for all.
func identityRefusal(req *message.Request, resp *message.Response, control *message.CacheControl, f *Freshness) Reason {
	if hasAuthorization(req.Header) && !forAll(control) && !control.MustRevalidate {
		return Authorization // RFC 9111 section 3.5
	}
	if !hasCookies(req.Header) {
		return None
	}
	if !explicit(f) || !forAll(control) && !message.ParseVary(resp.Header).Has("cookie") {
		return Cookies
	}
	return None
}

// shareable is the Shareable of a response that may be stored.
func shareable(req *message.Request, control *message.CacheControl, f *Freshness) bool {
	if forAll(control) {
		return explicit(f)
	}
	return control.MustRevalidate && hasAuthorization(req.Header) && !hasCookies(req.Header)
}

// forAll reports whether the origin declares that the answer is the same for everybody.
func forAll(control *message.CacheControl) bool {
	return control.Public || control.SMaxAge != message.Absent
}

// explicit reports whether the response itself says when it may be used. Guesses, by heuristics or by the settings, are never
// made for the answer to a request with cookies.
func explicit(f *Freshness) bool {
	switch f.From {
	case SourceSMaxAge, SourceMaxAge, SourceExpires, SourceRule:
		return true
	}
	return f.MustValidate
}

// DropPersonal takes off the fields of a response that are meant for the one who asked and never stored: cookies, which only a
// rule may replay, what concludes an authentication (RFC 9110 section 11.6.3, RFC 9111 section 3.1), and what clears a
// browser's data. Hop-by-hop fields must have gone before.
func DropPersonal(h *message.Header) {
	h.DelFunc(func(f message.Field) bool {
		for _, name := range personalFields {
			if message.EqualFold(f.Name, name) {
				return true
			}
		}
		return false
	})
}

var personalFields = [...]string{
	"Set-Cookie", "Set-Cookie2", "Authentication-Info", "Clear-Site-Data",
	"Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
}
