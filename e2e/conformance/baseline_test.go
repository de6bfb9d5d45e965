package conformance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// baseline is what is known of an edition: of each test that is required or optimal, that it passes or why it does not.
type baseline struct {
	Suite  string              `json:"suite"`  // name and version
	Fails  map[string]string   `json:"fails"`  // by id, the reason in our words
	Passes map[string][]string `json:"passes"` // by kind, ids in order
}

func readBaseline(file string) (*baseline, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b := new(baseline)
	if err := json.Unmarshal(content, b); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return b, nil
}

func (b *baseline) write(file string) error {
	content, err := json.MarshalIndent(b, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(content, '\n'), 0o644)
}

// held are the tests that a baseline holds: those that describe a cache without a demand on it are none.
func held(tests []test) []test {
	return slices.DeleteFunc(slices.Clone(tests), func(one test) bool { return one.Kind != "required" && one.Kind != "optimal" })
}

func (b *baseline) passes(one test) bool { return slices.Contains(b.Passes[one.Kind], one.ID) }

// unexplained are the tests that fail, and the baseline has no reason for it.
func (b *baseline) unexplained(tests []test, v verdicts) (ids []string) {
	for _, one := range held(tests) {
		if v[one.ID] != "" && strings.TrimSpace(b.Fails[one.ID]) == "" {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// compare says where verdicts are not what the baseline says, one line each.
func (b *baseline) compare(tests []test, v verdicts) (differences []string) {
	say := func(format string, arguments ...any) {
		differences = append(differences, fmt.Sprintf(format, arguments...))
	}
	known := make(map[string]bool)
	for _, one := range held(tests) {
		known[one.ID] = true
		reason, fails := b.Fails[one.ID]
		switch passes := b.passes(one); {
		case passes && fails:
			say("%s stands in the baseline twice: as one that passes, and as one that fails", one.ID)
		case passes && v[one.ID] != "":
			say("%s (%s) passed and fails now: %s", one.ID, one.Kind, v[one.ID])
		case fails && v[one.ID] == "":
			say("%s (%s) failed and passes now: the baseline must rise, run e2e/conformance/run -update", one.ID, one.Kind)
		case fails && strings.TrimSpace(reason) == "":
			say("%s (%s) fails without a reason in the baseline", one.ID, one.Kind)
		case !passes && !fails:
			say("%s (%s) is not in the baseline; it went so: %q", one.ID, one.Kind, v[one.ID])
		}
	}
	for id := range b.Fails {
		if !known[id] {
			say("%s fails in the baseline, and the suite does not have it", id)
		}
	}
	for _, ids := range b.Passes {
		for _, id := range ids {
			if !known[id] {
				say("%s passes in the baseline, and the suite does not have it", id)
			}
		}
	}
	slices.Sort(differences)
	return differences
}

// risen returns the baseline that verdicts make, with the reasons that are known already. What fails without one is an error.
func (b *baseline) risen(tests []test, v verdicts) (*baseline, error) {
	next := &baseline{Suite: b.Suite, Fails: make(map[string]string), Passes: make(map[string][]string)}
	var lacking []string
	for _, one := range held(tests) {
		switch reason := strings.TrimSpace(b.Fails[one.ID]); {
		case v[one.ID] == "":
			next.Passes[one.Kind] = append(next.Passes[one.Kind], one.ID)
		case reason == "":
			lacking = append(lacking, fmt.Sprintf("%s (%s): %s", one.ID, one.Kind, v[one.ID]))
		default:
			next.Fails[one.ID] = reason
		}
	}
	if len(lacking) > 0 {
		return nil, fmt.Errorf("nothing was written: these fail, and the baseline has no reason for it beneath fails:\n%s", strings.Join(lacking, "\n"))
	}
	return next, nil
}
