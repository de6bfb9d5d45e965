package story_test

import (
	"os"
	"path/filepath"
	"testing"

	"lacquer/e2e/story"
)

// TestScripts reads all stories, so that one that cannot be understood is found without a house.
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("../testdata/script/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories (%v)", err)
	}
	titles := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		script, err := story.Parse(filepath.Base(path), data)
		if err != nil {
			t.Error(err)
			continue
		}
		if other := titles[script.Title]; other != "" {
			t.Errorf("%s and %s have the same title", path, other)
		}
		titles[script.Title] = path
	}
}
