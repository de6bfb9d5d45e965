package proxy

import (
	"time"

	"lacquer/policy"
)

// Result is how a transaction went, in one word.
type Result uint8

// Results.
const (
	ResultError Result = iota // refused, or failed
	ResultHit
	ResultStale
	ResultMiss
	ResultPass
	ResultPipe
	ResultSynthetic // an answer of our own, by a rule
	ResultPurge

	Results // how many there are
)

var resultNames = [Results]string{"error", "hit", "stale", "miss", "pass", "pipe", "synthetic", "purge"}

func (r Result) String() string { return resultNames[r] }

// Record is what is known of a transaction when it is over, for the access log and for metrics.
type Record struct {
	Status    int                // of the final response, 0 if none was begun
	Bytes     int64              // of its body that were written
	Cut       bool               // the body did not come to its end
	Cache     policy.CacheStatus // that was sent; the zero value if none was
	Result    Result
	Why       policy.Reason // why the request did not end with a fresh hit, or None
	Detail    policy.Reason // why the response was not stored, or how the origin failed, or None
	Collapsed bool          // it was served by a fetch that somebody else led
	Backend   string        // name of the backend that was asked for this transaction, "" if none was
	Waited    time.Duration // until the origin's head was there; 0 if nothing was fetched
	Saved     time.Duration // the origin's time that a hit spared: what the fetch of the object had taken
	Upgraded  bool          // the connection was handed to both ends
}
