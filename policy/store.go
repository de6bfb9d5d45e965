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
	// are the same for all (public, s-maxage, a targeted field; after Authorization also must-revalidate). It does not depend on whether this
	// request bore any, and holds only for what may be stored. Requests that bear identity may join or lead a shared fetch
	// where the last answer was so.
	Shareable bool
	// Identity says that the response was refused only because its request bears identity: had it been anonymous and the answer
	// the same, it would have been stored.
	Identity bool
	// Omit names fields that are not stored, beside those that never are (DropPersonal): the response may be stored without them.
	Omit []string
}

// Judge decides whether a shared cache may store resp and for how long: RFC 9111 sections 3, 3.5 and 4.2, by Cache-Control or the
// targeted field that stands above it (RFC 9213), and stricter than those for cookies, about which they say nothing.
//
// req is the request as it went to the origin: fields that were taken off before cannot have influenced the answer. The answer to a POST
// that StandsForGet is judged as that to a GET. asked is when req went out, received when the head of resp had come. A 206
// is judged by the part that it holds (PartOf) as a 200 is; whoever stores it keeps it as a part.
//
// w is what rules wish; nil wishes nothing. Whoever stores the response must take off what DropPersonal takes off, and Omit. It may carry
// any Vary but "*".
func Judge(req *message.Request, resp *message.Response, s *Settings, w *Wishes, asked, received time.Time) Judgement {
	if w == nil {
		w = &noWishes
	}
	said := directivesOf(resp.Header)
	f := freshnessOf(resp, &said, s, asked, received)
	w.apply(&f)
	if reason := refusal(req, resp, &said, s, w); reason != None {
		return Judgement{Reason: reason, Freshness: f}
	}
	if reason := worthless(&f, &said, hasValidator(resp.Header, received)); reason != None && !w.overrides(reason) {
		return Judgement{Reason: reason, Freshness: f}
	}
	if reason := identityRefusal(req, resp, &said, &f); reason != None && !w.overrides(reason) {
		return Judgement{Reason: reason, Freshness: f, Identity: true}
	}
	if req.Method == "HEAD" {
		// It lacks the body that a GET would want. Last, so that what keeps the page itself from being stored is named.
		return Judgement{Reason: MethodNotStored, Freshness: f}
	}
	return Judgement{Store: true, Freshness: f, Omit: said.omit, Shareable: w.Store == Yes || shareable(req, &said, &f)}
}

var noWishes Wishes

// refusal names the first thing that forbids storing, whoever asked and however fresh the response is (RFC 9111 section 3).
func refusal(req *message.Request, resp *message.Response, said *directives, s *Settings, w *Wishes) Reason {
	if w.Store == No {
		return RuleNoStore
	}
	for _, reason := range [...]Reason{requestRefusal(req), statusRefusal(req, resp, said), responseRefusal(resp, said, s)} {
		if reason != None && !w.overrides(reason) {
			return reason
		}
	}
	return None
}

// responseRefusal names what in the fields of the response forbids storing. Where several do, the one that no rule can override comes first.
func responseRefusal(resp *message.Response, said *directives, s *Settings) Reason {
	switch {
	case said.MustUnderstand && !understood(resp.Status):
		return StatusNotCacheable
	case message.ParseVary(resp.Header).Any:
		return VaryAny
	case s.MaxObject > 0 && resp.Length > s.MaxObject:
		return TooLarge
	case said.NoStore && !said.MustUnderstand: // RFC 9111 section 5.2.2.3: who understands the status ignores no-store
		return NoStore
	case said.Private:
		return Private
	case resp.Header.Has("Set-Cookie") && !said.public(resp.Header) && !said.omits("Set-Cookie"):
		return SetCookie
	}
	return None
}

// requestRefusal names what in the request forbids storing its answer. Only GET and QUERY (RFC 10008 section 2.7) bring what a
// later request of the same kind would want.
func requestRefusal(req *message.Request) Reason {
	switch req.Method {
	case "GET", "QUERY", "HEAD":
	default:
		return MethodNotStored
	}
	if message.ParseCacheControl(req.Header, "Cache-Control").NoStore {
		return RequestNoStore // RFC 9111 section 5.2.1.5
	}
	return None
}

// statusRefusal names what in the status forbids storing. A status that allows no heuristics needs freshness of its own, or
// public (RFC 9111 section 3, the last item).
func statusRefusal(req *message.Request, resp *message.Response, said *directives) Reason {
	allowed := said.hasLifetime(resp.Header) || said.Public
	switch {
	case resp.Status == 304:
		return AnswerNotModified
	case unclearPart(req, resp):
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

// unclearPart reports whether a response may hold less than the whole without telling what: a 206 that is no single part (RFC 9111 section
// 3.3). In any other status Content-Range has no meaning (RFC 9110 section 14.4); but what an origin answers so to one who has asked for
// a range may still be one.
func unclearPart(req *message.Request, resp *message.Response) bool {
	if resp.Status == 206 {
		_, clear := PartOf(resp)
		return !clear
	}
	return resp.Header.Has("Content-Range") && req.Header.Has("Range")
}

// worthless says why nobody could ever use the stored response: it would have to be fetched anew at each use, whole. A validator is of use as
// long as the response is kept to be validated.
//
// The default window for errors alone is no reason to keep what was never fresh: it would turn every dynamic page into an
// object, and every reader of it into one who waits for a fetch that does not help him.
func worthless(f *Freshness, said *directives, validator bool) Reason {
	if validator && f.Judge(f.Received, time.Time{}) != UseNever {
		return None
	}
	if f.MustValidate {
		return LifetimeOver
	}
	window := f.StaleWhileRevalidate
	if said.StaleIfError != message.Absent {
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
func identityRefusal(req *message.Request, resp *message.Response, said *directives, f *Freshness) Reason {
	if hasAuthorization(req.Header) && !said.Public && said.SMaxAge == message.Absent && !said.MustRevalidate {
		return Authorization // RFC 9111 section 3.5
	}
	if !hasCookies(req.Header) {
		return None
	}
	if !explicit(f) || !forAll(said) && !message.ParseVary(resp.Header).Has("cookie") {
		return Cookies
	}
	return None
}

// shareable is the Shareable of a response that may be stored.
func shareable(req *message.Request, said *directives, f *Freshness) bool {
	if forAll(said) {
		return explicit(f)
	}
	return said.MustRevalidate && hasAuthorization(req.Header) && !hasCookies(req.Header)
}

// forAll reports whether the origin declares that the answer is the same for everybody: in words, by a lifetime for shared caches, or by one for
// the caches that work for the origin itself.
func forAll(said *directives) bool {
	return said.Public || said.SMaxAge != message.Absent || said.field != "" && said.MaxAge > 0
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
