package admin_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"lacquer/admin"
	"lacquer/edge"
	"lacquer/policy"
	"lacquer/proxy"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

// kinds are records of all results.
var kinds = []proxy.Record{
	{Result: proxy.ResultHit, Saved: 2 * time.Second},
	{Result: proxy.ResultStale, Why: policy.StaleIfError, Saved: time.Second},
	{Result: proxy.ResultMiss, Why: policy.NotStored, Waited: time.Second},
	{Result: proxy.ResultMiss, Why: policy.Expired, Detail: policy.SetCookie, Waited: 20 * time.Millisecond},
	{Result: proxy.ResultMiss, Why: policy.NotStored, Collapsed: true, Waited: time.Second, Saved: time.Second},
	{Result: proxy.ResultPass, Why: policy.PassMethod, Waited: time.Minute},
	{Result: proxy.ResultPipe, Why: policy.PassUpgrade},
	{Result: proxy.ResultSynthetic, Why: policy.RuleAnswer},
	{Result: proxy.ResultPurge},
	{Result: proxy.ResultError, Why: policy.NotStored, Detail: policy.OriginConnect},
	{}, // refused before it came to anything
}

func wholeEntry() *edge.Entry {
	return &edge.Entry{
		Time: time.Unix(1_700_000_000, 0), Duration: time.Millisecond, Client: netip.MustParseAddr("192.0.2.1"), RequestID: "id",
		Method: "GET", Scheme: "https", Host: "example.org", URI: "/a?b", Status: 200, Bytes: 10, Cut: true, Backend: "app",
		Waited: time.Second, UserAgent: "browser",
		Record: proxy.Record{Result: proxy.ResultMiss, Why: policy.NotStored, Detail: policy.SetCookie, Collapsed: true, Saved: time.Second, Cache: policy.CacheStatus{Hit: true}},
	}
}

// counted returns a server that has counted all kinds of transactions.
func counted(t *testing.T) *admin.Server {
	t.Helper()
	s := newServer(t, new(house))
	for _, r := range kinds {
		s.Metrics.Observe(&edge.Entry{Status: 200, Bytes: 100, Duration: time.Millisecond, Record: r})
	}
	s.Metrics.Observe(&edge.Entry{Status: 502, Duration: time.Hour, Record: proxy.Record{Result: proxy.ResultError, Detail: policy.OriginConnect}})
	s.Metrics.Purged(admin.KindTag, admin.ByAPI)
	s.Metrics.Reloaded(false)
	return s
}

func TestMetrics(t *testing.T) {
	s := counted(t)
	f := func(name, want string) {
		t.Helper()
		var lines []string
		for line := range strings.Lines(want) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		table := admin.MetricTable()
		at := slices.IndexFunc(table, func(m admin.Metric) bool { return m.Name == name })
		text := fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n%s\n", name, table[at].Help, name, table[at].Kind, strings.Join(lines, "\n"))
		if err := testutil.CollectAndCompare(s.Collector(), strings.NewReader(text), name); err != nil {
			t.Error(err)
		}
	}
	f("lacquer_requests_total", `
		lacquer_requests_total{result="error"} 3
		lacquer_requests_total{result="hit"} 1
		lacquer_requests_total{result="miss"} 3
		lacquer_requests_total{result="pass"} 1
		lacquer_requests_total{result="pipe"} 1
		lacquer_requests_total{result="purge"} 1
		lacquer_requests_total{result="stale"} 1
		lacquer_requests_total{result="synthetic"} 1`)
	f("lacquer_misses_total", `
		lacquer_misses_total{reason="expired"} 1
		lacquer_misses_total{reason="not-stored"} 2`)
	f("lacquer_passes_total", `lacquer_passes_total{reason="method"} 1`)
	f("lacquer_stale_total", `lacquer_stale_total{reason="stale-if-error"} 1`)
	f("lacquer_errors_total", `
		lacquer_errors_total{reason="origin-connect"} 2
		lacquer_errors_total{reason="refused"} 1`)
	f("lacquer_not_stored_total", `lacquer_not_stored_total{reason="set-cookie"} 1`)
	f("lacquer_collapsed_total", `lacquer_collapsed_total 1`)
	f("lacquer_origin_saved_seconds_total", `lacquer_origin_saved_seconds_total 4`)
	f("lacquer_sent_bytes_total", `lacquer_sent_bytes_total 1100`)
	// Who waited for another's fetch was no work of the origin.
	f("lacquer_origin_duration_seconds", `
		lacquer_origin_duration_seconds_bucket{le="0.0001"} 0
		lacquer_origin_duration_seconds_bucket{le="0.0003"} 0
		lacquer_origin_duration_seconds_bucket{le="0.001"} 0
		lacquer_origin_duration_seconds_bucket{le="0.003"} 0
		lacquer_origin_duration_seconds_bucket{le="0.01"} 0
		lacquer_origin_duration_seconds_bucket{le="0.03"} 1
		lacquer_origin_duration_seconds_bucket{le="0.1"} 1
		lacquer_origin_duration_seconds_bucket{le="0.3"} 1
		lacquer_origin_duration_seconds_bucket{le="1"} 2
		lacquer_origin_duration_seconds_bucket{le="3"} 2
		lacquer_origin_duration_seconds_bucket{le="10"} 2
		lacquer_origin_duration_seconds_bucket{le="30"} 2
		lacquer_origin_duration_seconds_bucket{le="+Inf"} 3
		lacquer_origin_duration_seconds_sum 61.02
		lacquer_origin_duration_seconds_count 3`)
	f("lacquer_purges_total", `
		lacquer_purges_total{by="api",kind="all"} 0
		lacquer_purges_total{by="api",kind="tag"} 1
		lacquer_purges_total{by="api",kind="url"} 0
		lacquer_purges_total{by="listener",kind="url"} 1`)
	f("lacquer_rule_matches_total", `lacquer_rule_matches_total{rule="pictures"} 4`)
	f("lacquer_rule_failures_total", `lacquer_rule_failures_total{rule="pictures"} 1`)
	f("lacquer_rule_counts_total", `lacquer_rule_counts_total{name="mobile"} 12`)
	f("lacquer_store_evictions_total", `lacquer_store_evictions_total 5`)
	f("lacquer_reloads_total", `
		lacquer_reloads_total{outcome="loaded"} 0
		lacquer_reloads_total{outcome="refused"} 1`)
}

func TestMetricsKeepTheConventions(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(counted(t).Collector())
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A scrape over HTTP has ours, those of Go and those of the process.
func TestScrape(t *testing.T) {
	text := ask(counted(t), request("GET", "/metrics", "")).Body.String()
	for _, want := range []string{`lacquer_requests_total{result="hit"} 1`, "go_goroutines ", "process_open_fds ", `lacquer_build_info{go_version="go1.`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// TestMetricsAreDocumented holds the table in docs/metrics.md to what there is. With -update it is written.
func TestMetricsAreDocumented(t *testing.T) {
	const path, begin, end = "../docs/metrics.md", "<!-- table -->\n", "<!-- end -->\n"
	table := "| metric | kind | labels | |\n|---|---|---|---|\n"
	for _, m := range admin.MetricTable() {
		labels := ""
		for i, l := range m.Labels {
			if i > 0 {
				labels += ", "
			}
			labels += "`" + l + "`"
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", m.Name, m.Kind, labels, m.Help)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), begin)
	_, after, found := strings.Cut(rest, end)
	want := before + begin + table + end + after
	if *update && found {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("%s is not what there is; write it anew by go test ./admin -run Documented -update", path)
	}
}

// No count is lost where many count at once.
func TestCountsAreExact(t *testing.T) {
	s := newServer(t, new(house))
	var counting sync.WaitGroup
	for range 8 {
		counting.Go(func() {
			for range 1000 {
				s.Metrics.Observe(&edge.Entry{Status: 200, Bytes: 1, Record: proxy.Record{Result: proxy.ResultHit}})
			}
		})
	}
	counting.Wait()
	if n, err := testutil.GatherAndCount(gatherer(s), "lacquer_sent_bytes_total"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	want := "# HELP lacquer_sent_bytes_total Bytes of response bodies that were sent to clients.\n# TYPE lacquer_sent_bytes_total counter\nlacquer_sent_bytes_total 8000\n"
	if err := testutil.CollectAndCompare(s.Collector(), strings.NewReader(want), "lacquer_sent_bytes_total"); err != nil {
		t.Error(err)
	}
}

func gatherer(s *admin.Server) prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.Collector())
	return registry
}

func BenchmarkObserveHit(b *testing.B) {
	m, e := new(admin.Metrics), &edge.Entry{Status: 200, Bytes: 1, Duration: time.Microsecond, Record: proxy.Record{Result: proxy.ResultHit}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Observe(e)
		}
	})
}
