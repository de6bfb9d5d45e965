package policy

// Reason says why a response was or was not stored, used or fetched. Every way has one name, which log, metrics, Cache-Status
// and explain share. The zero Reason says nothing.
type Reason uint8

// Reasons, in the order of the life of a request.
const (
	None Reason = iota

	// Why the store was not asked.
	PassMethod       // neither GET, HEAD nor QUERY
	PassUpgrade      // the client wants another protocol
	PassExpect       // the client waits for 100 Continue
	PassRequestBody  // a GET or HEAD with a body
	PassRule         // a rule says pass
	RuleAnswer       // a rule gives the answer
	PassPrecondition // If-Match or If-Unmodified-Since, which only the origin may evaluate
	ForwardsSpent    // answered here: Max-Forwards is 0

	// What the store had.
	Fresh                // used without asking the origin
	StaleWhileRevalidate // used stale while it is refreshed behind
	StaleIfError         // used stale because the origin failed
	StaleHeld            // used stale because the origin failed a moment ago
	Validated            // used after the origin said that it still holds
	EarlyRefresh         // used fresh, while it is refreshed before it expires
	RequestMaxStale      // used stale, because the client allows that
	NotStored            // nothing under this URL
	OtherVariant         // something under this URL, but for other request fields
	Expired              // stored, but no longer fresh
	MustValidate         // stored, to be validated at each use
	HitForMiss           // the last answer was not to be shared: do not wait for one another
	IdentityAlone        // the request bears identity, and no answer under this key was ever shareable in spite of it
	PurgedMeanwhile      // the fetch that was waited for began before a purge
	NotShared            // the fetch that was waited for brought what is not to be shared
	PartStored           // stored in part, but not all that was asked for
	SearchChanged        // what the fetch brought says otherwise which parts of the query count than what it was looked up by
	RequestNoCache       // stored, but the client wants the origin to be asked
	RequestMaxAge        // stored, but older than the client wants it, or stale
	RequestMinFresh      // stored, but not fresh for as long as the client wants
	OnlyIfCached         // not stored, or not usable, and the client does not want the origin to be asked

	// Why a response was not stored.
	NoStore            // Cache-Control: no-store
	Private            // Cache-Control: private
	VaryAny            // Vary: *
	StatusNotCacheable // a status without freshness of its own that allows none by heuristics
	StatusOfRequest    // a status that answers what the key does not hold: conditions, sizes, ranges, rates
	NoLifetime         // nothing says for how long, and heuristics do not apply
	LifetimeOver       // its lifetime was over when it came, and nothing could validate it
	SetCookie          // Set-Cookie without public
	Cookies            // the request carried cookies, and nothing says that the answer is the same for all
	Authorization      // RFC 9111 section 3.5
	PartialContent     // 206 whose part cannot be told, or Content-Range in the answer to Range
	MethodNotStored    // the answer to a method whose answers are not stored
	RequestNoStore     // Cache-Control: no-store in the request
	TooLarge           // larger than cache.max_object
	RuleNoStore        // a rule says store: false
	NoMemory           // too many bytes under way
	VariantsFull       // the key has as many variants as it may have
	AnswerNotModified  // 304 to the client's own condition
	ServerError        // 5xx without freshness of its own

	// Why there is no answer of the origin.
	NoBackend     // no rule names one, and there is no default
	OriginConnect // no connection
	OriginTimeout // too late
	OriginBroken  // not HTTP
	OriginCut     // the body ended before it was whole
	Loop          // our own Via came back
	Refused       // the request is not one that is served
	Internal      // a fault of ours

	reasons // how many there are
)

var reasonNames = [reasons]string{
	None:                 "",
	PassMethod:           "method",
	PassUpgrade:          "upgrade",
	PassExpect:           "expect",
	PassRequestBody:      "request-body",
	PassRule:             "rule-pass",
	RuleAnswer:           "rule-answer",
	PassPrecondition:     "precondition",
	ForwardsSpent:        "max-forwards",
	Fresh:                "fresh",
	StaleWhileRevalidate: "stale-while-revalidate",
	StaleIfError:         "stale-if-error",
	StaleHeld:            "stale-held",
	Validated:            "validated",
	EarlyRefresh:         "early-refresh",
	RequestMaxStale:      "request-max-stale",
	NotStored:            "not-stored",
	OtherVariant:         "other-variant",
	Expired:              "expired",
	MustValidate:         "must-validate",
	HitForMiss:           "hit-for-miss",
	IdentityAlone:        "identity-alone",
	PurgedMeanwhile:      "purged-meanwhile",
	NotShared:            "not-shared",
	PartStored:           "part-stored",
	SearchChanged:        "search-changed",
	RequestNoCache:       "request-no-cache",
	RequestMaxAge:        "request-max-age",
	RequestMinFresh:      "request-min-fresh",
	OnlyIfCached:         "only-if-cached",
	NoStore:              "no-store",
	Private:              "private",
	VaryAny:              "vary-any",
	StatusNotCacheable:   "status-not-cacheable",
	StatusOfRequest:      "status-of-request",
	NoLifetime:           "no-lifetime",
	LifetimeOver:         "lifetime-over",
	SetCookie:            "set-cookie",
	Cookies:              "cookies",
	Authorization:        "authorization",
	PartialContent:       "partial-content",
	MethodNotStored:      "method-not-stored",
	RequestNoStore:       "request-no-store",
	TooLarge:             "too-large",
	RuleNoStore:          "rule-no-store",
	NoMemory:             "no-memory",
	VariantsFull:         "variants-full",
	AnswerNotModified:    "not-modified",
	ServerError:          "server-error",
	NoBackend:            "no-backend",
	OriginConnect:        "origin-connect",
	OriginTimeout:        "origin-timeout",
	OriginBroken:         "origin-broken",
	OriginCut:            "origin-cut",
	Loop:                 "loop",
	Refused:              "refused",
	Internal:             "internal",
}

// String returns the reason as the token that Cache-Status and the log carry.
func (r Reason) String() string {
	if r >= reasons {
		return "unknown"
	}
	return reasonNames[r]
}

// Reasons returns all reasons but None, in order.
func Reasons() []Reason {
	all := make([]Reason, 0, reasons-1)
	for r := None + 1; r < reasons; r++ {
		all = append(all, r)
	}
	return all
}
