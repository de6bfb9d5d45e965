package policy

import (
	"strings"
	"time"

	"lacquer/message"
)

// longestHeuristic bounds what heuristics may propose (RFC 9111 section 4.2.2 leaves the bound to the cache).
const longestHeuristic = 24 * time.Hour

// freshnessOf works out the whole Freshness of a response that may be stored by what its directives say.
func freshnessOf(resp *message.Response, said *directives, s *Settings, asked, received time.Time) Freshness {
	f := Freshness{Received: received, Age: initialAge(resp.Header, asked, received), Field: said.field}
	f.Lifetime, f.From = lifetimeOf(resp, said, s, received)
	f.MustValidate = said.NoCache
	// RFC 9111 section 5.2.2.10: s-maxage has the meaning of proxy-revalidate, too.
	f.NeverStale = f.MustValidate || said.MustRevalidate || said.ProxyRevalidate || said.SMaxAge != message.Absent
	f.Immutable, f.Early = said.Immutable, s.EarlyRefresh
	f.setWindows(said, s)
	if hasValidator(resp.Header, received) {
		f.Keep = s.Keep
	}
	return f
}

// lifetimeOf returns the freshness lifetime for a shared cache and where it came from (RFC 9111 section 4.2.1).
func lifetimeOf(resp *message.Response, said *directives, s *Settings, received time.Time) (time.Duration, Source) {
	switch {
	case said.SMaxAge != message.Absent:
		return seconds(said.SMaxAge), SourceSMaxAge
	case said.MaxAge != message.Absent:
		return seconds(said.MaxAge), SourceMaxAge
	case said.expires(resp.Header):
		return untilExpires(resp.Header, received), SourceExpires
	case said.field == "" && saysNoCacheInOldWords(resp.Header):
		return 0, SourceNone
	}
	if s.Heuristics && (HeuristicallyCacheable(resp.Status) || said.Public) {
		if modified, ok := message.ParseDate(resp.Header.Get("Last-Modified"), received); ok {
			since := dateOf(resp.Header, received).Sub(modified)
			return min(max(since/10, 0), longestHeuristic), SourceHeuristics
		}
	}
	if s.TTL > 0 && hasDefaultLifetime(resp.Status) {
		return min(s.TTL, longest), SourceSettings
	}
	return 0, SourceNone
}

// hasDefaultLifetime reports whether cache.ttl applies to responses with this status: it is for pages, of which a 206 holds a part.
func hasDefaultLifetime(status int) bool {
	return status == 200 || status == 206 || status == 301 || status == 404
}

// untilExpires returns the lifetime that Expires gives: from Date to Expires. A value that is no date, "0" above all, means that
// it is over already (RFC 9111 section 5.3), and so do two lines that contradict each other (section 4.2.1).
func untilExpires(h message.Header, received time.Time) time.Duration {
	first := h.Get("Expires")
	for other := range h.Values("Expires") {
		if other != first {
			return 0
		}
	}
	expires, ok := message.ParseDate(first, received)
	if !ok {
		return 0
	}
	return min(max(expires.Sub(dateOf(h, received)), 0), longest)
}

// saysNoCacheInOldWords reports whether a response without explicit lifetime carries Pragma: no-cache. RFC 9111 section 5.4
// gives it no meaning in a response, but whoever sent it did not want to be kept by guesswork.
func saysNoCacheInOldWords(h message.Header) bool {
	return message.HasToken(h, "Pragma", "no-cache")
}

// initialAge returns the corrected initial age of a response (RFC 9111 section 4.2.3), at most 68 years.
func initialAge(h message.Header, asked, received time.Time) time.Duration {
	apparent := received.Sub(dateOf(h, received))
	delay := min(max(received.Sub(asked), 0), longest)
	corrected := ageField(h) + delay
	return min(max(apparent, corrected, 0), longest)
}

// dateOf returns when the origin made the response, by its own clock; received where it does not say (RFC 9110 section 6.6.1).
func dateOf(h message.Header, received time.Time) time.Time {
	if date, ok := message.ParseDate(h.Get("Date"), received); ok {
		return date
	}
	return received
}

// ageField returns the value of Age: its first member if there are several, 0 if that is no number (RFC 9111 section 5.1).
func ageField(h message.Header) time.Duration {
	first, _, _ := strings.Cut(h.Get("Age"), ",")
	age, ok := message.ParseDeltaSeconds(strings.Trim(first, " \t"))
	if !ok {
		return 0
	}
	return seconds(age)
}

// setWindows decides for how long the response may be served past its expiry: as it says itself, 0 included, else as the
// settings say.
func (f *Freshness) setWindows(said *directives, s *Settings) {
	if f.NeverStale {
		return // RFC 9111 section 4.2.4
	}
	switch {
	case said.StaleWhileRevalidate != message.Absent:
		f.StaleWhileRevalidate = seconds(said.StaleWhileRevalidate)
	case f.Lifetime > 0:
		// A response that was never fresh is not lent a window by the settings: whoever asks for grace wants cached pages to
		// last longer, not uncached ones to be cached.
		f.StaleWhileRevalidate = s.StaleWhileRevalidate
	}
	f.StaleIfError = s.StaleIfError
	if said.StaleIfError != message.Absent {
		f.StaleIfError = seconds(said.StaleIfError)
	}
}

// hasValidator reports whether the origin can be asked whether the response still holds (RFC 9110 section 8.8).
func hasValidator(h message.Header, received time.Time) bool {
	if h.Get("ETag") != "" {
		return true
	}
	_, ok := message.ParseDate(h.Get("Last-Modified"), received)
	return ok
}

// seconds returns n seconds, n being 0 or more, at most 68 years.
func seconds(n int64) time.Duration {
	return time.Duration(min(n, int64(longest/time.Second))) * time.Second
}
