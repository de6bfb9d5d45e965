package story_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"lacquer/e2e/story"
)

var update = flag.Bool("update", false, "write the reference into the README")

// TestReadme holds the README to the tables of the language.
func TestReadme(t *testing.T) {
	const path, begin, end = "../README.md", "<!-- reference: made by go test ./e2e/story -update -->\n", "<!-- end of reference -->\n"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the reference, between %q and %q", path, begin, end)
	}
	want := before + begin + "\n" + story.Reference() + "\n" + end + after
	switch {
	case string(data) == want:
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not say what the language is: run go test ./e2e/story -update", path)
	}
}
