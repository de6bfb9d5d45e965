package policy

import "time"

// Settings are the defaults for responses that say nothing themselves: the cache section of the configuration.
type Settings struct {
	MaxObject            int64         // bytes of the largest body that is stored
	TTL                  time.Duration // lifetime of 200, 301 and 404 without any freshness of their own, to requests without cookies
	Heuristics           bool          // a tenth of the time since Last-Modified, at most a day (RFC 9111 section 4.2.2)
	StaleWhileRevalidate time.Duration // RFC 5861 section 3
	StaleIfError         time.Duration // RFC 5861 section 4
	Keep                 time.Duration // how long past all that an object is kept to be validated
	EarlyRefresh         bool          // hot objects are refreshed before they expire (Freshness.RefreshEarly)
}
