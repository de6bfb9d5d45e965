package report_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lacquer/bench/report"
)

// sample returns results of two rounds, the second of them on a machine that is half as fast.
func sample() *report.Results {
	r := &report.Results{
		Date: "2026-11-22", Mode: "full", Rounds: 2, Seconds: 5, Versions: []string{"lacquer 1.0"},
		Machine: report.Machine{Processor: "Abacus", Cores: 2, Memory: 24, Kernel: "Linux 6.1"},
	}
	r.Add("hit", "hit, 1 KiB", "floor", report.Sample{Requests: 1000, CPU: 2, Rate: 400_000, Busy: 0.5, P50: 100, P99: 200})
	r.Add("hit", "hit, 1 KiB", "lacquer", report.Sample{Requests: 1000, CPU: 3, Rate: 200_000, Busy: 1, P50: 150, P99: 500})
	r.Add("hit", "hit, 1 KiB", "floor", report.Sample{Requests: 1000, CPU: 4, Rate: 200_000, Busy: 0.5, P50: 200, P99: 400})
	r.Add("hit", "hit, 1 KiB", "lacquer", report.Sample{Requests: 1000, CPU: 6.4, Rate: 100_000, Busy: 1, P50: 300, P99: 1000})
	r.Add("herd", "herd", "lacquer", report.Sample{Origin: 1, Last: 101})
	r.Add("herd", "herd", "haproxy", report.Sample{Origin: 64, Last: 120})
	r.Add("herd", "herd", "lacquer", report.Sample{Origin: 1, Last: 103})
	r.Add("herd", "herd", "haproxy", report.Sample{Origin: 63, Last: 120})
	return r
}

func TestMarkdown(t *testing.T) {
	got := sample().Markdown()
	f := func(want string) {
		t.Helper()
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}

	f("Taken on 2026-11-22 (full, 2 rounds of 5 s) on Abacus, 2 cores, 24 GiB, Linux 6.1.")
	f("- lacquer 1.0")
	// The sum: a herd has no part in it, nor has haproxy, which was in nothing else, anything to tell.
	f("| processor time per request, × floor | floor | lacquer | haproxy |")
	f("| hit, 1 KiB | 1.00 | 1.55 |  |")
	// Ratios are of a round each, so the slow second round hardly shows in them; medians are of all.
	f("| lacquer | 4.70 µs | 1.55 (1.50–1.60) | 100 % | 150000 | 0.50 (0.50–0.50) | 225 µs | 1.50 (1.50–1.50) | 750 µs | 2.50 (2.50–2.50) |")
	// What was the same in all rounds has no spread.
	f("| lacquer | 1 | 102 (101–103) ms |")
	f("| haproxy | 64 (63–64) | 120 ms |")
}

func TestMarkdownWithoutTheFloor(t *testing.T) {
	r := &report.Results{}
	r.Add("hit", "hit", "lacquer", report.Sample{Requests: 1, CPU: 3, Rate: 5, P50: 1, P99: 1})
	if got, want := r.Markdown(), "| lacquer | 3.00 µs |  | 0 % | 5 |  | 1 µs |  | 1 µs |  |\n"; !strings.Contains(got, want) {
		t.Errorf("no line %q in\n%s", want, got)
	}
}

func TestResultsAreReadAsTheyWereWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	want := sample()
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	f := func(page, text, want, wantError string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		err := report.Place(file, text)
		got, _ := os.ReadFile(file)
		if string(got) != want || (err == nil) != (wantError == "") || err != nil && !strings.Contains(err.Error(), wantError) {
			t.Errorf("%q: got %q, %v; want %q, %q", page, got, err, want, wantError)
		}
	}
	const begins, ends = "<!-- results: written by make bench -->\n", "<!-- end of results -->\n"

	// Into an empty place, and over what was there; the rest of the page stays.
	f("a\n"+begins+ends+"b\n", "new\n", "a\n"+begins+"\nnew\n\n"+ends+"b\n", "")
	f("a\n"+begins+"\nold\n\n"+ends+"b\n", "new", "a\n"+begins+"\nnew\n\n"+ends+"b\n", "")
	// A page without a place, or with half of one, is left alone.
	f("a\n", "new", "a\n", "page.md: the results belong between")
	f("a\n"+begins, "new", "a\n"+begins, "page.md: the results belong between")
}

// TestPageSaysWhatWasMeasured holds the page to the numbers beside it.
func TestPageSaysWhatWasMeasured(t *testing.T) {
	page, err := os.ReadFile("../../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	got, err := report.OnPage(string(page))
	if err != nil {
		t.Fatal(err)
	}
	want := "Nothing has been taken yet.\n"
	if results, err := report.Read("../results.json"); err == nil {
		want = results.Markdown()
		if results.Mode != "full" || results.Rounds < 5 {
			t.Errorf("the results are of a %s run of %d rounds: too few for the page", results.Mode, results.Rounds)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/benchmarks.md is not what bench/results.json says; go run ./bench/run -from bench/results.json -page docs/benchmarks.md\n%s", diff)
	}
}
