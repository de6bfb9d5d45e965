package admin

import (
	"net/http"
	"time"

	"lacquer/proxy"
)

// Stats are the counts since the start, and what is there now.
type Stats struct {
	Time      time.Time        `json:"time"`
	Uptime    float64          `json:"uptime_seconds"`
	Version   string           `json:"version"` // of Lacquer
	Requests  int64            `json:"requests"`
	Results   map[string]int64 `json:"results"` // every result is there
	Statuses  map[string]int64 `json:"statuses"`
	Misses    map[string]int64 `json:"misses"` // by reason, as the next ones: only what was counted is there
	Passes    map[string]int64 `json:"passes"`
	Stale     map[string]int64 `json:"stale"`
	Failures  map[string]int64 `json:"failures"`
	NotStored map[string]int64 `json:"not_stored"`
	Collapsed int64            `json:"collapsed"`
	Sent      int64            `json:"sent_bytes"`
	Seconds   float64          `json:"request_seconds"` // of all requests together
	Origin    OriginStats      `json:"origin"`
	Store     StoreStats       `json:"store"`
	Purges    map[string]int64 `json:"purges"`   // by kind
	Rules     []RuleStats      `json:"rules"`    // that have matched or failed
	Counters  map[string]int64 `json:"counters"` // what the action count of rules counted
}

// OriginStats are what the origin had to do, and had not.
type OriginStats struct {
	Fetches int64   `json:"fetches"`
	Seconds float64 `json:"seconds"`       // until heads were there
	Saved   float64 `json:"saved_seconds"` // that hits and shared fetches spared
}

// begun is when the process began, as far as uptime goes.
var begun = time.Now()

func (s *Server) stats(w http.ResponseWriter, _ *http.Request) error {
	stats := s.Metrics.stats()
	stats.Version, stats.Store = s.Version, s.House.Store()
	stats.Rules, stats.Counters = s.House.Rules()
	if stats.Rules == nil {
		stats.Rules = []RuleStats{}
	}
	if stats.Counters == nil {
		stats.Counters = map[string]int64{}
	}
	return answer(w, stats)
}

func (m *Metrics) stats() *Stats {
	t := m.totals()
	now := time.Now()
	stats := &Stats{
		Time:      now.UTC(),
		Uptime:    now.Sub(begun).Seconds(),
		Requests:  t.requests(),
		Results:   make(map[string]int64),
		Statuses:  make(map[string]int64),
		Misses:    reasons(&t.misses),
		Passes:    reasons(&t.passes),
		Stale:     reasons(&t.stale),
		Failures:  reasons(&t.failures),
		NotStored: reasons(&t.notStored),
		Collapsed: t.collapsed,
		Sent:      t.sent,
		Seconds:   t.took.sum.Seconds(),
		Origin:    OriginStats{Fetches: t.origin.count(), Seconds: t.origin.sum.Seconds(), Saved: t.saved.Seconds()},
		Purges: map[string]int64{
			KindURL: m.purgesByURL.Load() + t.purges,
			KindTag: m.purgesByTag.Load(),
			KindAll: m.purgesOfAll.Load(),
		},
	}
	for r := range proxy.Results {
		stats.Results[r.String()] = t.results[r]
	}
	for class, n := range t.classes {
		if n > 0 {
			stats.Statuses[statusClass(class)] = n
		}
	}
	return stats
}

func reasons(counts *[maxReasons]int64) map[string]int64 {
	m := make(map[string]int64)
	byReason(counts, func(reason string, n int64) { m[reason] = n })
	return m
}

// statusClass names the statuses that begin with a digit; none is that of a transaction that ended before there was one.
func statusClass(digit int) string {
	if digit == 0 {
		return "none"
	}
	return string(rune('0'+digit)) + "xx"
}
