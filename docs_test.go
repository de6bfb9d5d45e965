package lacquer_test

import (
	"os"
	"strings"
	"testing"

	"lacquer/policy"
)

// TestReasonsAreDocumented holds docs/cache-status.md to the reasons that there are: each once, and no others.
func TestReasonsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("docs/cache-status.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Reasons")
	known := make(map[string]bool)
	for _, r := range policy.Reasons() {
		known[r.String()] = true
		if n := strings.Count(table, "\n| `"+r.String()+"` |"); n != 1 {
			t.Errorf("reason %q stands %d times in the table, not once", r, n)
		}
	}
	for line := range strings.Lines(table) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` |"); ok && strings.HasPrefix(line, "| `") && !known[name] {
			t.Errorf("the table has a reason %q that does not exist", name)
		}
	}
}
