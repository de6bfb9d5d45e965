package demo

import (
	"slices"
	"strings"
	"sync"
	"time"

	"lacquer/edge"
	"lacquer/internal/demo/site"
)

const (
	remembered = 400 // transactions that a page gets that comes late, or was slow
	maxNames   = 8   // by which the site is asked for, and purged
)

// Transaction is one request, as the control page shows it.
type Transaction struct {
	Number int64   `json:"number"` // from 1, without gaps
	Who    string  `json:"who"`    // browser, visitor, herd, purger or soft purger
	Method string  `json:"method"`
	URI    string  `json:"uri"`
	Status int     `json:"status"`
	Result result  `json:"result"`
	Cache  string  `json:"cache"` // Cache-Status
	Why    string  `json:"why"`
	Took   float64 `json:"took"`   // milliseconds
	Origin float64 `json:"origin"` // milliseconds that the origin takes for this
	Bytes  int64   `json:"bytes"`
}

// Counters are sums since the start, without purges.
type Counters struct {
	Requests int64   `json:"requests"`
	Origin   int64   `json:"origin"` // requests that came to the origin
	Spared   int64   `json:"spared"` // requests that did not
	Hits     int64   `json:"hits"`   // stale ones included
	Saved    float64 `json:"saved"`  // milliseconds that visitors did not wait
}

// traffic gathers what Lacquer did. It is safe for concurrent use.
type traffic struct {
	site *site.Site

	mu       sync.Mutex    // protects what follows
	last     []Transaction // the newest remembered, in order
	counters Counters
	names    []string      // hosts that were asked for
	change   chan struct{} // closed at the next change of anything that the control page shows
}

func newTraffic(s *site.Site) *traffic {
	return &traffic{site: s, change: make(chan struct{})}
}

// observe takes a transaction that is over. It never waits.
func (t *traffic) observe(e *edge.Entry) {
	path, _, _ := strings.Cut(e.URI, "?")
	cache := e.Record.Cache.Parameters()
	status := parseStatus(cache)
	x := Transaction{
		Who:    who(e.UserAgent),
		Method: e.Method,
		URI:    e.URI,
		Status: e.Status,
		Result: resultOf(e.Method, e.Status, status),
		Cache:  cache,
		Took:   milliseconds(e.Duration),
		Origin: milliseconds(site.Pace(path)),
		Bytes:  e.Bytes,
	}
	if x.Why = status.why(x.Result); x.Result == resultPurge {
		x.Why = whyPurged(e.UserAgent)
	}

	t.name(e.Host)
	t.add(x)
}

// name remembers by which name the site was asked for.
func (t *traffic) name(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if host != "" && len(t.names) < maxNames && !slices.Contains(t.names, host) {
		t.names = append(t.names, host)
	}
}

// add gives a transaction its number and shows it.
func (t *traffic) add(x Transaction) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(&x)
	x.Number = 1
	if n := len(t.last); n > 0 {
		x.Number = t.last[n-1].Number + 1
	}
	if len(t.last) >= remembered {
		t.last = slices.Delete(t.last, 0, 1)
	}
	t.last = append(t.last, x)
	t.changed()
}

// count adds a transaction to the sums. t.mu is held.
func (t *traffic) count(x *Transaction) {
	if !counts(x.Method) {
		return
	}
	t.counters.Requests++
	if x.Result == resultHit || x.Result == resultStale {
		t.counters.Hits++
		t.counters.Saved += max(0, x.Origin-x.Took)
	}
}

func who(agent string) string {
	if own, ok := strings.CutPrefix(agent, agentOwn); ok {
		return own
	}
	return "browser"
}

// touch says that something changed besides the traffic.
func (t *traffic) touch() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed()
}

// changed wakes those who wait. t.mu is held.
func (t *traffic) changed() {
	close(t.change)
	t.change = make(chan struct{})
}

// since returns the transactions behind a number, as far as they are remembered, the sums, and what is closed when there is more.
func (t *traffic) since(number int64) ([]Transaction, Counters, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.IndexFunc(t.last, func(x Transaction) bool { return x.Number > number })
	var news []Transaction
	if at >= 0 {
		news = slices.Clone(t.last[at:])
	}
	sums := t.counters
	sums.Origin = t.site.Asked()
	sums.Spared = max(0, sums.Requests-sums.Origin)
	return news, sums, t.change
}

// hosts returns the names by which visitors have asked for the site, and one by which they could.
func (t *traffic) hosts(own string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.names, own) {
		return slices.Clone(t.names)
	}
	return append(slices.Clone(t.names), own)
}

// quiet is how long news are gathered before they are sent on, so that a herd is one message and not a hundred.
const quiet = 80 * time.Millisecond
