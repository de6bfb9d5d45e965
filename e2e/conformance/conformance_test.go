package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lacquer/e2e/child"
)

var update = flag.Bool("update", false, "write what passes into the baseline")

const baselineFile = "baseline.json"

// runs is how often a test that ought to pass may be tried. Its times are seconds, and a machine that is busy elsewhere stands still for as long
// at times.
const runs = 3

// TestConformance holds Lacquer to the baseline of the edition that run installs.
func TestConformance(t *testing.T) {
	folder := os.Getenv("CACHE_TESTS")
	if folder == "" {
		t.Skip("no suite; e2e/conformance/run installs it")
	}
	s := openSuite(t, folder)
	known, err := readBaseline(baselineFile)
	if err != nil {
		t.Fatal(err)
	}
	address := child.Lacquer{Backend: s.origin(t)}.Serve(t)

	seen := s.run(t, address)
	for range runs - 1 {
		failed := known.unexplained(s.tests, seen)
		if len(failed) == 0 {
			break
		}
		t.Logf("again, for %s", strings.Join(failed, ", "))
		again := s.run(t, address)
		for _, id := range failed {
			seen[id] = again[id]
		}
	}
	t.Logf("%s: %s", known.Suite, counts(s.tests, seen))
	if *update {
		next, err := known.risen(s.tests, seen)
		if err == nil {
			err = next.write(baselineFile)
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
	for _, difference := range known.compare(s.tests, seen) {
		t.Error(difference)
	}
}

// TestOtherEdition tells how Lacquer does in another edition. There is no baseline for it, so it fails only where it cannot be run.
func TestOtherEdition(t *testing.T) {
	folder := os.Getenv("LACQUER_CACHE_TESTS")
	if folder == "" {
		t.Skip("no other edition; name its folder in LACQUER_CACHE_TESTS")
	}
	s := openSuite(t, folder)
	seen := s.run(t, child.Lacquer{Backend: s.origin(t)}.Serve(t))
	for _, one := range held(s.tests) {
		if seen[one.ID] != "" {
			t.Logf("%s %s/%s: %s", one.Kind, one.Group, one.ID, seen[one.ID])
		}
	}
	t.Logf("%s: %s", folder, counts(s.tests, seen))
}

// counts says how many tests of each kind pass.
func counts(tests []test, v verdicts) string {
	var parts []string
	for _, kind := range []string{"required", "optimal", "check"} {
		passed, all := 0, 0
		for _, one := range tests {
			if one.Kind != kind {
				continue
			}
			if all++; v[one.ID] == "" {
				passed++
			}
		}
		parts = append(parts, fmt.Sprintf("%d of %d %s", passed, all, kind))
	}
	return strings.Join(parts, ", ")
}
