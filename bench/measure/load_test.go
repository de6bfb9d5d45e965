package measure_test

import (
	"strings"
	"testing"
	"time"

	"lacquer/bench/measure"
)

const wrkOutput = `Running 1s test @ http://127.0.0.1:19882/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   205.11us  134.22us   3.02ms   96.20%
    Req/Sec   174.02k    11.20k  190.11k    60.00%
  172907 requests in 1.00s, 215.34MB read
Requests/sec: 172857.19
Transfer/sec:    215.28MB
`

func TestParseWRK(t *testing.T) {
	f := func(output string, want measure.Load, wantError string) {
		t.Helper()
		got, err := measure.ParseWRK(output)
		judge(t, got, err, want, wantError)
	}

	f(wrkOutput+"measured requests=172907 failed=3 duration_us=1000290 p50_us=185 p99_us=869\n", measure.Load{
		Requests: 172907, Failed: 3, Duration: 1000290 * time.Microsecond, P50: 185 * time.Microsecond, P99: 869 * time.Microsecond,
	}, "")
	// Without the script, or with another.
	f(wrkOutput, measure.Load{}, "no line of the form")
	f("measured requests=many", measure.Load{}, `"measured requests=many"`)
	// A server that answered nothing would otherwise cost nothing.
	f("measured requests=0 failed=64 duration_us=1000290 p50_us=0 p99_us=0", measure.Load{Failed: 64, Duration: 1000290 * time.Microsecond}, "not one request")
}

const h2loadOutput = `Main benchmark duration is over for thread #0. Stopping all clients.

finished in 2.00s, 4000.00 req/s, 277.60KB/s
requests: 8061 total, 8072 started, 8061 done, 8000 succeeded, 61 failed, 61 errored, 0 timeout
status codes: 8000 2xx, 0 3xx, 0 4xx, 0 5xx
`

func TestParseH2load(t *testing.T) {
	f := func(output, log string, want measure.Load, wantError string) {
		t.Helper()
		got, err := measure.ParseH2load(output, strings.NewReader(log))
		judge(t, got, err, want, wantError)
	}

	// What was not answered is not in the percentiles.
	log := "1795307228615588\t200\t30\n1795307228615589\t200\t10\n1795307228615590\t200\t20\n1795307228615590\t-1\t9000\n"
	want := measure.Load{Requests: 8000, Failed: 61, Duration: 2 * time.Second, P50: 20 * time.Microsecond, P99: 30 * time.Microsecond}
	f(h2loadOutput, log, want, "")
	// Other units.
	want.Duration = 950 * time.Millisecond
	f(strings.Replace(h2loadOutput, "2.00s", "950.00ms", 1), log, want, "")
	// Not its output; not its log.
	f("h2load: error", log, measure.Load{}, "no lines that begin with")
	f(h2loadOutput, "", measure.Load{}, "no request was answered")
	f(h2loadOutput, "-1\t-1\t-1\n", measure.Load{}, "no request was answered")
	f(h2loadOutput, "one two three\n", measure.Load{}, `"one two three"`)
}

func judge(t *testing.T, got measure.Load, err error, want measure.Load, wantError string) {
	t.Helper()
	if got != want && wantError == "" || (err == nil) != (wantError == "") || err != nil && !strings.Contains(err.Error(), wantError) {
		t.Errorf("got %+v, %v; want %+v, %q", got, err, want, wantError)
	}
}

func TestPerSecond(t *testing.T) {
	if got := (measure.Load{Requests: 3000, Duration: 1500 * time.Millisecond}).PerSecond(); got != 2000 {
		t.Errorf("3000 requests in 1.5 s: %v a second", got)
	}
}
