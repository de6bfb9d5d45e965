package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	bench "lacquer/bench/run"
	"lacquer/internal/daemon"
)

func TestOptions(t *testing.T) {
	f := func(args, want, wantError string) {
		t.Helper()
		mode, rows, servers, files, err := bench.ParseOptions(strings.Fields(args)...)
		got := fmt.Sprintf("%s %d rows %d servers %q", mode, len(rows), len(servers), files)
		if err == nil && got != want || (err == nil) != (wantError == "") || err != nil && !strings.Contains(err.Error(), wantError) {
			t.Errorf("%s: got %s, %v; want %s, %q", args, got, err, want, wantError)
		}
	}

	// A full run of everything is for the page; whatever is less is not.
	f("", `full 10 rows 6 servers ["bench/results.json" "docs/benchmarks.md" ""]`, "")
	f("-mode quick", `quick 10 rows 6 servers ["" "" ""]`, "")
	f("-rows miss,herd", `full 2 rows 6 servers ["" "" ""]`, "")
	f("-servers floor", `full 10 rows 1 servers ["" "" ""]`, "")
	f("-mode quick -results r.json", `quick 10 rows 6 servers ["r.json" "" ""]`, "")
	f("-from r.json -summary s.md", `full 10 rows 6 servers ["" "" "s.md"]`, "")
	// What there is not is told, with what there is.
	f("-mode slow", "", "there are full and quick")
	f("-rows hits", "", "there are hit-1k, hit-1k-shared,")
	f("-servers squid", "", "there are floor, lacquer,")
}

// TestHeadIsLikeABrowsers holds what is sent to what it is said to be: ten to twelve fields of some 600 bytes, no cookies, and lines that load.lua can read.
func TestHeadIsLikeABrowsers(t *testing.T) {
	head := bench.BrowserHead()
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	if len(lines) < 10 || len(lines) > 12 || len(head) < 550 || len(head) > 750 {
		t.Errorf("%d fields of %d bytes", len(lines), len(head))
	}
	for _, line := range lines {
		if !regexp.MustCompile(`^[A-Za-z-]+: \S.*$`).MatchString(line) || strings.HasPrefix(line, "Cookie:") {
			t.Errorf("%q", line)
		}
	}
}

func TestBodies(t *testing.T) {
	f := func(row, group string, number int, wantPath string, wantSize int) {
		t.Helper()
		path, body := bench.Body(row, group, number)
		if path != wantPath || len(body) != wantSize || !strings.HasPrefix(body, path+path) {
			t.Errorf("%s: %s with %d bytes, want %s with %d", row, path, len(body), wantPath, wantSize)
		}
	}

	f("hit-1k", "s1", 0, "/object/1024/s1-0", 1024)
	f("hit-100k-many", "s2", 17, "/object/102400/s2-17", 102400)
	f("herd", "s3", 0, "/slow/100/1024/s3-0", 1024)
}

// TestLacquerConfigurations does with those that are measured what lacquer check does.
func TestLacquerConfigurations(t *testing.T) {
	f := func(row string) {
		t.Helper()
		dir := t.TempDir()
		for i, files := range bench.LacquerFiles(row, dir) {
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			cfg, err := daemon.Load(daemon.Source{File: filepath.Join(dir, "lacquer.yaml")})
			if err != nil {
				t.Errorf("%s, configuration %d: %v", row, i, err)
				continue
			}
			if rules := len(regexp.MustCompile(`(?m)^- name:`).FindAllString(files["rules.yaml"], -1)); rules != 10*i || cfg.Cache.Memory < 2<<30 {
				t.Errorf("%s, configuration %d: %d rules, %d bytes", row, i, rules, cfg.Cache.Memory)
			}
		}
	}

	f("hit-1k")
	f("http2")
}
