package admin

import (
	"context"
	"errors"
	"iter"
	"time"
)

// House is the Lacquer that is administered. It is safe for concurrent use.
type House interface {
	Purger
	Keeper
	Versioner

	// Explain says what would become of a request. It may ask an origin, but keeps nothing of the answer.
	Explain(ctx context.Context, q Question) (Explanation, error)

	// Ready returns nil if clients can be served, else why not.
	Ready() error
}

// Purger forgets. What it returns for holds from then on.
type Purger interface {
	PurgeURL(url string, soft bool) (Purged, error) // the error is that of a URL that cannot be cached
	PurgeTag(tag string, soft bool) (Purged, error)
	PurgeAll(soft bool) (Purged, error)
}

// Keeper tells what is stored.
type Keeper interface {
	// Objects goes through the objects and marks that a filter lets through, in no order.
	Objects(f Filter) iter.Seq[Object]
	Store() StoreStats
	// Rules returns the counts of rules, in the order of their names, and of what the action count of rules names. Both are bounded.
	Rules() ([]RuleStats, map[string]int64)
}

// Versioner loads configurations. A *Refused error holds what is wrong with one; the old one goes on then.
type Versioner interface {
	Reload() (Version, error)
	Rollback(to int) (Version, error) // 0 is the one before
	Versions() []Version              // the newest first
}

// Refused says why a configuration was not loaded, or that there is none of a number.
type Refused struct{ Err error }

func (r *Refused) Error() string { return r.Err.Error() }
func (r *Refused) Unwrap() error { return r.Err }

// ErrNotBuilt says that this version cannot do what was asked.
var ErrNotBuilt = errors.New("not in this version")

// Purged says what a purge did. It holds from then on for what is found behind, too.
type Purged struct {
	Kind    string `json:"kind"`           // url, tag or all
	What    string `json:"what,omitempty"` // the URL or the tag
	Soft    bool   `json:"soft"`
	Number  uint64 `json:"number"`  // in the log of purges; 0 if it was only tried
	Objects int    `json:"objects"` // that were found; -1 if they are found behind
	Bytes   int64  `json:"bytes"`   // of their bodies
}

// Filter chooses objects. The zero value chooses all.
type Filter struct {
	URL     string // absolute
	Host    string // as it stands in a URL, with its port if it is not the default
	Tag     string
	Headers bool // Object.Headers is wanted
}

// Object is a variant of a page: what is stored, or a mark that says why there is nothing.
type Object struct {
	URL      string   `json:"url"` // without scheme, as purges know it
	Scheme   string   `json:"scheme,omitempty"`
	KeyParts []string `json:"key_parts,omitempty"` // what rules added to the key
	Vary     []Field  `json:"vary,omitempty"`      // request fields by which it was chosen
	Stored   bool     `json:"stored"`              // there is an object, and not only a mark

	Status   int      `json:"status,omitempty"`
	Bytes    int64    `json:"bytes"`                // of the body, as far as it has come
	Complete bool     `json:"complete"`             // the body has come to its end
	State    string   `json:"state,omitempty"`      // fresh, stale, after-validation or never: what may be done with it now
	Age      float64  `json:"age_seconds"`          //
	TTL      float64  `json:"ttl_seconds"`          // less than 0 past its expiry
	Lifetime Lifetime `json:"lifetime"`             //
	Tags     []string `json:"tags,omitempty"`       //
	Hits     int64    `json:"hits"`                 //
	Headers  []Field  `json:"headers,omitempty"`    // of the response, if they were asked for
	Softened string   `json:"softened_at,omitzero"` // moment of the last soft purge, RFC 3339

	NotStored      string  `json:"not_stored,omitempty"`        // why the last answer was not to be shared
	NotStoredUntil float64 `json:"not_stored_seconds,omitzero"` // for how long that is remembered
}

// Lifetime says for how long something is fresh, and who said so.
type Lifetime struct {
	Seconds              float64 `json:"seconds"`
	From                 string  `json:"from"`            // s-maxage, max-age, expires, heuristics, settings, rule or none
	Field                string  `json:"field,omitempty"` // the targeted field that governs, "CDN-Cache-Control" for example (RFC 9213); "" for Cache-Control
	StaleWhileRevalidate float64 `json:"stale_while_revalidate_seconds"`
	StaleIfError         float64 `json:"stale_if_error_seconds"`
}

// Field is a field of a head.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// StoreStats are counts of one moment.
type StoreStats struct {
	Objects         int   `json:"objects"`
	URLs            int   `json:"urls"`
	Bytes           int64 `json:"bytes"`       // that whole objects take
	Limit           int64 `json:"limit_bytes"` // that they may take
	UnderWay        int64 `json:"under_way_bytes"`
	UnderWayLimit   int64 `json:"under_way_limit_bytes"`
	Fetches         int   `json:"fetches"`          // under way, without a head yet
	Evicted         int64 `json:"evicted"`          // since the start
	VariantsDropped int64 `json:"variants_dropped"` // because their URL had too many
	PurgeLog        int   `json:"purge_log_entries"`
}

// RuleStats are the counts of a rule since the start.
type RuleStats struct {
	Rule    string `json:"rule"`
	Matched int64  `json:"matched"`
	Failed  int64  `json:"failed"` // at run time: it was skipped
}

// Version is a configuration that is or was in force.
type Version struct {
	Number  int       `json:"number"`
	Loaded  time.Time `json:"loaded"`
	By      string    `json:"by"`   // start, signal, api, rollback
	File    string    `json:"file"` // "" if there is none
	Hash    string    `json:"hash,omitempty"`
	Rules   int       `json:"rules"`
	Current bool      `json:"current"`
}

// Question is a request about which Explain is asked.
type Question struct {
	Method  string  `json:"method,omitempty"` // GET if empty
	URL     string  `json:"url"`
	Headers []Field `json:"headers,omitempty"`
}

// Explanation says what would become of a request, and why.
type Explanation struct {
	Method   string      `json:"method"`
	URL      string      `json:"url"`              // as the rules left it
	Version  int         `json:"version"`          // of the configuration
	Outcome  string      `json:"outcome"`          // hit, stale, miss, pass, pipe, synthetic or error
	Reason   string      `json:"reason"`           // as in Cache-Status; "" if there is none to give
	Means    string      `json:"means,omitempty"`  // the reason in a few words
	Advice   string      `json:"advice,omitempty"` // what would make the response come from the store
	Key      Key         `json:"key"`
	Identity bool        `json:"identity"` // the request bears identity: cookies or Authorization
	Backend  string      `json:"backend,omitempty"`
	Rules    []RuleMatch `json:"rules"`
	Answer   *Answer     `json:"answer,omitempty"`  // of a rule
	Used     *Response   `json:"used,omitempty"`    // what is stored for this very request
	Fetched  *Response   `json:"fetched,omitempty"` // what the origin says now; nothing of it is kept
	Error    string      `json:"error,omitempty"`   // how asking the origin failed
	Stored   []Object    `json:"stored"`            // all that there is under the URL
}

// Response is a response as the store has it, or would have it.
type Response struct {
	Status    int      `json:"status"`
	Stored    bool     `json:"stored"`
	Reason    string   `json:"reason,omitempty"` // why not
	Means     string   `json:"means,omitempty"`  // that in a few words
	Age       float64  `json:"age_seconds"`
	TTL       float64  `json:"ttl_seconds"`
	Lifetime  Lifetime `json:"lifetime"`
	Shareable bool     `json:"shareable"` // said to be the same for all, in spite of identity
	Vary      string   `json:"vary,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Hits      int64    `json:"hits"`
	Bytes     int64    `json:"bytes"` // of the body; -1 if that is not known
}

// Key is under which name the answers to a request are kept.
type Key struct {
	URL    string   `json:"url"` // without scheme
	Scheme string   `json:"scheme"`
	Parts  []string `json:"parts,omitempty"` // that rules added
}

// RuleMatch is a rule that matched.
type RuleMatch struct {
	Step    string   `json:"step"`
	Rule    string   `json:"rule"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitzero"`
	Builtin bool     `json:"builtin"`
	Changes []string `json:"changes,omitempty"`
	Error   string   `json:"error,omitempty"` // it failed and was skipped
}

// Answer is an answer of our own, which a rule gives.
type Answer struct {
	Status   int    `json:"status"`
	Location string `json:"location,omitempty"`
}
