package lacquer_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestAdvisories holds docs/advisories.md to the tests that it names: each exists, and no advisory stands there twice.
func TestAdvisories(t *testing.T) {
	advisory := regexp.MustCompile(`^(CVE-[0-9]{4}-[0-9]{4,}|VSV[0-9]{5})(, VSV[0-9]{5})?$`)
	suites := make(map[string]suite)
	seen := make(map[string]bool)
	for line := range strings.Lines(read(t, "docs/advisories.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 3 || strings.HasPrefix(line, "| advisory") || strings.HasPrefix(line, "| publication") {
			continue
		}
		name := strings.TrimSpace(cells[0])
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		if seen[name] = true; len(cells) == 4 && !advisory.MatchString(name) {
			t.Errorf("%q is not the number of an advisory", name)
		}
		held := strings.Trim(strings.TrimSpace(cells[len(cells)-1]), "`")
		if story := filepath.Join("e2e", "testdata", "script", held); strings.HasSuffix(held, ".txtar") {
			read(t, story)
			continue
		}
		pkg, test, _ := strings.Cut(held, " ")
		if _, ok := suites[pkg]; !ok {
			suites[pkg] = readSuite(t, pkg)
		}
		function, part, _ := strings.Cut(test, "/")
		if !suites[pkg].functions[function] || part != "" && !suites[pkg].texts[part] {
			t.Errorf("%s is held by %q, and there is no such test", name, held)
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d advisories", len(seen))
	}
}

// suite is what the tests of a package are called.
type suite struct {
	functions map[string]bool
	texts     map[string]bool // all strings in them: names of cases are among them
}

func readSuite(t *testing.T, pkg string) suite {
	t.Helper()
	s := suite{make(map[string]bool), make(map[string]bool)}
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(pkg), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", pkg, err)
	}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				s.functions[n.Name.Name] = true
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					s.texts[text] = true
				}
			}
			return true
		})
	}
	return s
}
