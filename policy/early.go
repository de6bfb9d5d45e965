package policy

import (
	"math"
	"time"
)

const (
	// eagerness is beta of XFetch: 1 is the optimum, larger values refresh earlier.
	eagerness = 1.0
	// quickest is what a fetch is taken to cost at least: one that was measured as nothing would never be made early.
	quickest = time.Millisecond
	// rarest is the smallest draw that counts, the smallest above 0 that a random number of 53 bits has. It bounds how
	// long before its expiry a response may be refreshed: 37 times what that takes.
	rarest = 1.0 / (1 << 53)
)

// RefreshEarly decides whether a response that is fresh at now is refreshed before it expires, so that of many who ask for it one does it ahead
// of time and none has to wait: XFetch (Vattani, Chierichetti and Lowenstein, Optimal Probabilistic Cache Stampede Prevention, 2015).
//
// took is how long the last fetch took. draw is a random number, uniform in (0, 1]; what lies outside counts as the nearest within. The chance
// grows as expiry comes nearer and the longer a fetch takes. It is 0 where Early is not set and for what is validated at each use anyhow.
func (f *Freshness) RefreshEarly(now time.Time, took time.Duration, draw float64) bool {
	if !f.Early || f.MustValidate {
		return false
	}
	draw = min(max(draw, rarest), 1)
	ahead := -float64(max(took, quickest)) * eagerness * math.Log(draw)
	return ahead >= float64(f.TTL(now))
}
