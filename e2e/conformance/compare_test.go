package conformance_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// edition has a test of each kind, and one that needs another.
var edition = &suite{tests: []test{
	{ID: "fresh", Kind: "required"},
	{ID: "age", Kind: "required", Needs: []string{"fresh"}},
	{ID: "older", Kind: "optimal", Needs: []string{"age"}},
	{ID: "odd", Kind: "check"},
}}

// TestVerdicts: a test counts only with all that it needs.
func TestVerdicts(t *testing.T) {
	f := func(results map[string]any, want verdicts) {
		t.Helper()
		if diff := cmp.Diff(want, edition.judge(results)); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
	}
	failure := []any{"Assertion", "Response 2 comes from cache"}

	f(map[string]any{"fresh": true, "age": true, "older": true, "odd": true}, verdicts{"fresh": "", "age": "", "older": "", "odd": ""})
	f(map[string]any{"fresh": true, "age": true, "older": true, "odd": failure},
		verdicts{"fresh": "", "age": "", "older": "", "odd": "Assertion Response 2 comes from cache"})
	// Through several.
	f(map[string]any{"fresh": failure, "age": true, "older": true, "odd": true},
		verdicts{"fresh": "Assertion Response 2 comes from cache", "age": "it needs fresh", "older": "it needs age", "odd": ""})
	// One of which nothing was heard.
	f(map[string]any{"fresh": true, "older": true, "odd": true}, verdicts{"fresh": "", "age": "it was not run", "older": "it needs age", "odd": ""})
}

// TestBaseline: it falls for nobody, and rises only when it is told to.
func TestBaseline(t *testing.T) {
	b := &baseline{Fails: map[string]string{"older": "nobody asks for it"}, Passes: map[string][]string{"required": {"fresh", "age"}}}
	f := func(v verdicts, want string) {
		t.Helper()
		if got := strings.Join(b.compare(edition.tests, v), "\n"); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// As it stands, whatever only describes.
	f(verdicts{"older": "no"}, "")
	f(verdicts{"older": "no", "odd": "no"}, "")
	// Worse, and better.
	f(verdicts{"older": "no", "fresh": "stale"}, "fresh (required) passed and fails now: stale")
	f(verdicts{}, "older (optimal) failed and passes now: the baseline must rise")

	// Reasons, and tests that nobody entered or that are gone.
	b.Fails["older"] = " "
	f(verdicts{"older": "no"}, "older (optimal) fails without a reason")
	delete(b.Fails, "older")
	f(verdicts{"older": "no"}, "older (optimal) is not in the baseline")
	b.Fails["gone"], b.Passes["optimal"] = "no more", []string{"away"}
	f(verdicts{}, "away passes in the baseline, and the suite does not have it\ngone fails in the baseline")
	b.Fails["fresh"] = "twice"
	f(verdicts{}, "fresh stands in the baseline twice")
}

// TestBaselineRises: reasons stay, and what fails without one is refused.
func TestBaselineRises(t *testing.T) {
	b := &baseline{Suite: "s@1", Fails: map[string]string{"older": "nobody asks for it", "age": "it was hard"}, Passes: map[string][]string{"required": {"fresh"}}}
	next, err := b.risen(edition.tests, verdicts{"older": "no"})
	want := &baseline{Suite: "s@1", Fails: map[string]string{"older": "nobody asks for it"}, Passes: map[string][]string{"required": {"fresh", "age"}}}
	if diff := cmp.Diff(want, next); diff != "" || err != nil {
		t.Errorf("%v; want -, got +\n%s", err, diff)
	}
	if next, err := b.risen(edition.tests, verdicts{"older": "no", "fresh": "stale"}); err == nil || !strings.Contains(err.Error(), "fresh (required): stale") {
		t.Errorf("%+v, %v", next, err)
	}
}
