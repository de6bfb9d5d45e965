package demo

import (
	"fmt"
	"net/http"
	"strings"
)

// status is what Cache-Status says (RFC 9211), as far as it is shown.
type status struct {
	hit, stored, collapsed bool
	fwd, ttl, detail       string
}

// parseStatus reads the parameters of Lacquer's member of Cache-Status. What it does not know it passes over.
func parseStatus(text string) status {
	var s status
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "hit":
			s.hit = true
		case "stored":
			s.stored = true
		case "collapsed":
			s.collapsed = true
		case "fwd":
			s.fwd = value
		case "ttl":
			s.ttl = value
		case "detail":
			s.detail = value
		}
	}
	return s
}

// result is what became of a request, in one word.
type result string

const (
	resultHit    result = "hit"
	resultStale  result = "stale"
	resultMiss   result = "miss"
	resultJoined result = "joined" // it waited for the fetch of another
	resultPass   result = "pass"   // the answer was for this visitor alone
	resultPurge  result = "purge"
	resultError  result = "error"
)

func resultOf(method string, code int, s status) result {
	switch {
	case method == "PURGE":
		return resultPurge
	case strings.HasPrefix(s.detail, "stale-"):
		return resultStale
	case s.hit:
		return resultHit
	case code == 0 || code >= 500:
		return resultError
	case s.collapsed:
		return resultJoined
	case s.stored:
		return resultMiss
	}
	return resultPass
}

// reasons are the sentences for what Cache-Status gives as detail.
var reasons = map[string]string{
	"stale-while-revalidate": "a little old; a fresh one is asked for behind it",
	"stale-if-error":         "the origin does not answer; this is the last good page",
	"stale-held":             "the origin failed a moment ago; this is the last good page",
	"rule-pass":              "a rule says that this page is never stored",
	"method":                 "neither GET, HEAD nor QUERY, so the origin has to see it",
	"set-cookie":             "not stored: it sets a cookie, so it may be one visitor's own",
	"cookies":                "not stored: the request carried a cookie, so it may be one visitor's own",
	"identity-alone":         "fetched alone: the request carries a cookie",
	"hit-for-miss":           "fetched alone: the last answer was one visitor's own",
	"origin-connect":         "the origin does not answer, and nothing is stored that could be used",
	"origin-broken":          "the origin broke off, and nothing is stored that could be used",
	"origin-cut":             "the origin broke off in the middle",
}

// forwards are the sentences for why a request went to the origin.
var forwards = map[string]string{
	"uri-miss":  "nothing was stored",
	"vary-miss": "stored only for other visitors",
	"stale":     "what was stored was too old",
	"miss":      "nothing that was stored could be used",
	"bypass":    "not to be stored",
	"method":    "neither GET, HEAD nor QUERY, so the origin has to see it",
	"request":   "the visitor wanted it fresh",
}

// whyPurged says what a purge did, by who made it: Cache-Status does not tell.
func whyPurged(agent string) string {
	switch agent {
	case agentPurger:
		return "forgotten"
	case agentSoftPurger:
		return "made too old"
	}
	return "purged"
}

// why says in a sentence what Cache-Status says in tokens.
func (s status) why(r result) string {
	if sentence := reasons[s.detail]; sentence != "" {
		return sentence
	}
	switch {
	case r == resultHit && s.ttl != "":
		return fmt.Sprintf("from the store, fresh for another %s s", s.ttl)
	case r == resultHit:
		return "from the store"
	case r == resultJoined:
		return "waited for a fetch that was already under way"
	}
	sentence := forwards[s.fwd]
	switch {
	case sentence == "":
		sentence = "from the origin"
	case r == resultMiss:
		sentence += "; fetched, and now it is"
	}
	if s.detail != "" {
		sentence += " (" + s.detail + ")"
	}
	return sentence
}

// counts reports whether a request is one of a visitor.
func counts(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPost
}
