package daemon_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"lacquer/internal/daemon"
)

var update = flag.Bool("update", false, "write what Load says into the golden files")

// TestLoadErrors reads testdata/config/*.txtar: each NAME.yaml is loaded, and what is wrong with it, or else
// with the tests of its rules, must be what NAME.error says. Files in folders are those that configurations name. Lines "environ NAME=value" and "flag --name=value" before the first file hold for all of an archive.
func TestLoadErrors(t *testing.T) {
	archives, err := filepath.Glob("testdata/config/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { checkGolden(t, path) })
	}
}

func checkGolden(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source := sourceOf(t, string(archive.Comment))
	want, beside := map[string]string{}, fstest.MapFS{}
	source.Files = beside
	for _, f := range archive.Files {
		beside[f.Name] = &fstest.MapFile{Data: f.Data}
		if name, ok := strings.CutSuffix(f.Name, ".error"); ok {
			want[name] = string(f.Data)
		}
	}
	var files []txtar.File
	for _, f := range archive.Files {
		name, ok := strings.CutSuffix(f.Name, ".yaml")
		switch {
		case strings.Contains(f.Name, "/"):
			files = append(files, f)
			continue
		case !ok:
			continue
		}
		source.File, source.Data = f.Name, f.Data
		c, err := daemon.Load(source)
		if err == nil {
			err = c.TryRules(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
		}
		if err == nil {
			t.Errorf("%s: loaded, but it is wrong", f.Name)
			continue
		}
		got := err.Error() + "\n"
		if diff := cmp.Diff(want[name], got); diff != "" && !*update {
			t.Errorf("%s: want -, got +\n%s", f.Name, diff)
		}
		files = append(files, f, txtar.File{Name: name + ".error", Data: []byte(got)})
	}
	if *update {
		archive.Files = files
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func sourceOf(t *testing.T, comment string) daemon.Source {
	var source daemon.Source
	for line := range strings.Lines(comment) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "environ":
			source.Environ = append(source.Environ, rest)
		case "flag":
			name, value, _ := strings.Cut(rest, "=")
			switch name {
			case "--listen":
				source.Flags.Listen = append(source.Flags.Listen, value)
			case "--memory":
				source.Flags.Memory = value
			default:
				t.Fatalf("no such flag: %s", name)
			}
		}
	}
	return source
}
