package admin_test

import (
	"os"
	"strings"
	"testing"

	"lacquer/admin"
	"lacquer/policy"
)

// TestMeanings holds what is said of reasons to docs/cache-status.md.
func TestMeanings(t *testing.T) {
	text, err := os.ReadFile("../docs/cache-status.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if name, ok := strings.CutPrefix(strings.TrimSpace(cells[0]), "`"); ok && len(cells) == 3 {
			documented[strings.TrimSuffix(name, "`")] = strings.ReplaceAll(strings.TrimSpace(cells[1]), "`", "")
		}
	}
	for _, r := range policy.Reasons() {
		if got, want := admin.Means(r.String()), documented[r.String()]; got != want || got == "" {
			t.Errorf("%s: got %q, the documentation says %q", r, got, want)
		}
	}
	if got := admin.Means(""); got != "" {
		t.Errorf("no reason means %q", got)
	}
}
