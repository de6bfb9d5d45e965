package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"lacquer/policy/rules"
)

// options are those of all tests.
func options() rules.Options {
	return rules.Options{
		Backends: []string{"app", "api", "media"},
		ReadFile: func(name string) ([]byte, error) {
			switch name {
			case "page.html":
				return []byte("<p>closed</p>\n"), nil
			case "large.bin":
				return make([]byte, 1<<20+1), nil
			}
			return nil, errors.New("no such file")
		},
	}
}

// TestErrors compiles what stands in rules.yaml of each archive; what is reported must be what stands in want.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rules.Compile(nodes(t, "rules.yaml", string(archive.Files[0].Data)), options())
			if err == nil {
				t.Fatal("nothing was reported")
			}
			var problems rules.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("the error is a %T", err)
			}
			got := err.Error() + "\n"
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) < 2 {
				t.Fatalf("no want yet; got:\n%s", got)
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
