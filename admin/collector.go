package admin

import (
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lacquer/proxy"
)

// Metric is one of those that /metrics shows.
type Metric struct {
	Name   string
	Kind   string   // counter, gauge or histogram
	Labels []string // each bounded
	Help   string

	collect func(c *collection, emit func(value float64, labels ...string))
	spread  func(*totals) *distribution // of a histogram, instead of collect
}

// collection is what one scrape reads.
type collection struct {
	*totals
	metrics  *Metrics
	store    StoreStats
	rules    []RuleStats
	counters map[string]int64
	version  string
}

// metrics answers a scrape.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.Collector(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, r)
	return nil
}

// Collector returns what shows the metrics to a registry.
func (s *Server) Collector() prometheus.Collector { return &collector{s} }

type collector struct{ server *Server }

func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for i := range metricTable {
		to <- descs()[i]
	}
}

func (c *collector) Collect(to chan<- prometheus.Metric) {
	from := &collection{
		totals:  c.server.Metrics.totals(),
		metrics: c.server.Metrics,
		store:   c.server.House.Store(),
		version: c.server.Version,
	}
	from.rules, from.counters = c.server.House.Rules()
	for i, m := range metricTable {
		desc := descs()[i]
		if m.spread != nil {
			to <- constHistogram(desc, m.spread(from.totals))
			continue
		}
		kind := prometheus.GaugeValue
		if m.Kind == "counter" {
			kind = prometheus.CounterValue
		}
		m.collect(from, func(value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(desc, kind, value, labels...)
		})
	}
}

// descs are the descriptions of metricTable, in its order.
var descs = sync.OnceValue(func() []*prometheus.Desc {
	var all []*prometheus.Desc
	for _, m := range metricTable {
		all = append(all, prometheus.NewDesc(m.Name, m.Help, m.Labels, nil))
	}
	return all
})

func constHistogram(desc *prometheus.Desc, d *distribution) prometheus.Metric {
	buckets, upto := make(map[float64]uint64, len(bounds)), uint64(0)
	for i, bound := range bounds {
		upto += uint64(d.buckets[i])
		buckets[bound] = upto
	}
	return prometheus.MustNewConstHistogram(desc, uint64(d.count()), d.sum.Seconds(), buckets)
}

// MetricTable returns all metrics but those of the Go runtime and the process, in the order of the documentation.
func MetricTable() []Metric { return slices.Clone(metricTable) }

var metricTable = []Metric{
	{Name: "lacquer_requests_total", Kind: "counter", Labels: []string{"result"},
		Help: "Requests by how they went: hit, stale, miss, pass, pipe, synthetic, purge or error.",
		collect: func(c *collection, emit func(float64, ...string)) {
			for r := range proxy.Results {
				emit(float64(c.results[r]), r.String())
			}
		}},
	{Name: "lacquer_responses_total", Kind: "counter", Labels: []string{"status_class"},
		Help: "Responses by the first digit of their status; none where the client left before there was one.",
		collect: func(c *collection, emit func(float64, ...string)) {
			for class, n := range c.classes {
				emit(float64(n), statusClass(class))
			}
		}},
	{Name: "lacquer_request_duration_seconds", Kind: "histogram",
		Help:   "Time from the head of a request to the end of its response, streams and upgrades included.",
		spread: func(t *totals) *distribution { return &t.took }},
	{Name: "lacquer_sent_bytes_total", Kind: "counter",
		Help:    "Bytes of response bodies that were sent to clients.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.sent)) }},

	{Name: "lacquer_misses_total", Kind: "counter", Labels: []string{"reason"},
		Help:    "Misses by why the store could not answer.",
		collect: reasonsOf(func(t *totals) *[maxReasons]int64 { return &t.misses })},
	{Name: "lacquer_passes_total", Kind: "counter", Labels: []string{"reason"},
		Help:    "Requests that went by the store, by why.",
		collect: reasonsOf(func(t *totals) *[maxReasons]int64 { return &t.passes })},
	{Name: "lacquer_stale_total", Kind: "counter", Labels: []string{"reason"},
		Help:    "Requests that were answered with something stale, by why.",
		collect: reasonsOf(func(t *totals) *[maxReasons]int64 { return &t.stale })},
	{Name: "lacquer_errors_total", Kind: "counter", Labels: []string{"reason"},
		Help:    "Requests that were refused or failed, by why.",
		collect: reasonsOf(func(t *totals) *[maxReasons]int64 { return &t.failures })},
	{Name: "lacquer_not_stored_total", Kind: "counter", Labels: []string{"reason"},
		Help:    "Responses to misses that were not stored, by why.",
		collect: reasonsOf(func(t *totals) *[maxReasons]int64 { return &t.notStored })},
	{Name: "lacquer_collapsed_total", Kind: "counter",
		Help:    "Requests that were served by a fetch that another request led.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.collapsed)) }},

	{Name: "lacquer_origin_duration_seconds", Kind: "histogram",
		Help:   "Time that requests waited until the origin's head was there.",
		spread: func(t *totals) *distribution { return &t.origin }},
	{Name: "lacquer_origin_saved_seconds_total", Kind: "counter",
		Help:    "Time of the origin that hits, stale answers and shared fetches spared: what fetching the same had taken.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(c.saved.Seconds()) }},

	{Name: "lacquer_store_objects", Kind: "gauge", Help: "Objects that are stored.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.Objects)) }},
	{Name: "lacquer_store_urls", Kind: "gauge", Help: "URLs under which something is stored, under way or marked.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.URLs)) }},
	{Name: "lacquer_store_bytes", Kind: "gauge", Labels: []string{"state"},
		Help: "Bytes in memory: kept, of whole objects; under_way, of bodies that arrive, of marks, and of what is only still read.",
		collect: func(c *collection, emit func(float64, ...string)) {
			emit(float64(c.store.Bytes), "kept")
			emit(float64(c.store.UnderWay), "under_way")
		}},
	{Name: "lacquer_store_limit_bytes", Kind: "gauge", Labels: []string{"state"},
		Help: "Bytes that each state may take.",
		collect: func(c *collection, emit func(float64, ...string)) {
			emit(float64(c.store.Limit), "kept")
			emit(float64(c.store.UnderWayLimit), "under_way")
		}},
	{Name: "lacquer_store_evictions_total", Kind: "counter", Help: "Objects that had to make room for others.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.Evicted)) }},
	{Name: "lacquer_variants_dropped_total", Kind: "counter", Help: "Variants that had to make room because their URL had more than cache.max_variants.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.VariantsDropped)) }},
	{Name: "lacquer_fetches_under_way", Kind: "gauge", Help: "Fetches whose head is not there yet.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.Fetches)) }},

	{Name: "lacquer_purges_total", Kind: "counter", Labels: []string{"kind", "by"},
		Help: "Purges of a url, a tag or all, by the api or by PURGE on a listener of the site.",
		collect: func(c *collection, emit func(float64, ...string)) {
			emit(float64(c.purges), KindURL, ByListener)
			emit(float64(c.metrics.purgesByURL.Load()), KindURL, ByAPI)
			emit(float64(c.metrics.purgesByTag.Load()), KindTag, ByAPI)
			emit(float64(c.metrics.purgesOfAll.Load()), KindAll, ByAPI)
		}},
	{Name: "lacquer_purge_log_entries", Kind: "gauge", Help: "Purges that objects or fetches may still have to be checked against.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(float64(c.store.PurgeLog)) }},

	{Name: "lacquer_rule_matches_total", Kind: "counter", Labels: []string{"rule"},
		Help: "Rules that matched, by name.",
		collect: func(c *collection, emit func(float64, ...string)) {
			for _, r := range c.rules {
				emit(float64(r.Matched), r.Rule)
			}
		}},
	{Name: "lacquer_rule_failures_total", Kind: "counter", Labels: []string{"rule"},
		Help: "Rules that failed at run time and were skipped, by name.",
		collect: func(c *collection, emit func(float64, ...string)) {
			for _, r := range c.rules {
				emit(float64(r.Failed), r.Rule)
			}
		}},
	{Name: "lacquer_rule_counts_total", Kind: "counter", Labels: []string{"name"},
		Help: "What the action count of rules counted, by its name.",
		collect: func(c *collection, emit func(float64, ...string)) {
			for name, n := range c.counters {
				emit(float64(n), name)
			}
		}},
	{Name: "lacquer_reloads_total", Kind: "counter", Labels: []string{"outcome"},
		Help: "Reloads of the configuration: loaded or refused.",
		collect: func(c *collection, emit func(float64, ...string)) {
			emit(float64(c.metrics.reloads.Load()), "loaded")
			emit(float64(c.metrics.failedReloads.Load()), "refused")
		}},
	{Name: "lacquer_start_time_seconds", Kind: "gauge", Help: "When the process began, in seconds since 1970.",
		collect: func(_ *collection, emit func(float64, ...string)) {
			emit(float64(begun.UnixNano()) / float64(time.Second))
		}},
	{Name: "lacquer_build_info", Kind: "gauge", Labels: []string{"version", "go_version"},
		Help:    "1, with what was built.",
		collect: func(c *collection, emit func(float64, ...string)) { emit(1, c.version, runtime.Version()) }},
}

// reasonsOf shows counts by reason.
func reasonsOf(counts func(*totals) *[maxReasons]int64) func(*collection, func(float64, ...string)) {
	return func(c *collection, emit func(float64, ...string)) {
		byReason(counts(c.totals), func(reason string, n int64) { emit(float64(n), reason) })
	}
}
