package daemon_test

import (
	"path/filepath"
	"testing"
	"time"

	"lacquer/internal/daemon"
)

// TestExamplesCheck does with each example what check does, and those with rules have tests.
func TestExamplesCheck(t *testing.T) {
	for _, path := range glob(t, "../../vcl-examples/*/lacquer.yaml") {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			c := load(t, daemon.Source{File: path})
			if err := c.TryRules(time.Now()); err != nil {
				t.Error(err)
			}
			if len(c.RuleNames()) > 0 && len(c.Tests) < 2 {
				t.Errorf("%d rules have %d tests", len(c.RuleNames()), len(c.Tests))
			}
		})
	}
}
