package lacquer_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestStandardsAreHeld holds docs/http.md to the code: each function and each test that it names exists, and those of the public suite pass.
func TestStandardsAreHeld(t *testing.T) {
	rows := standards(t)
	if len(rows) < 40 {
		t.Fatalf("only %d rows found", len(rows))
	}
	var baseline struct{ Passes map[string][]string }
	if err := json.Unmarshal([]byte(read(t, "e2e/conformance/baseline.json")), &baseline); err != nil {
		t.Fatal(err)
	}
	passes := slices.Concat(baseline.Passes["required"], baseline.Passes["optimal"])
	declared := make(map[string][]string)
	for _, row := range rows {
		if len(row.functions) == 0 || len(row.tests) == 0 {
			t.Errorf("%s: nothing decides it, or nothing holds it", row.about)
		}
		for _, name := range row.functions {
			if !isDeclared(t, declared, name, false) {
				t.Errorf("%s: there is no function %s", row.about, name)
			}
		}
		for _, name := range row.tests {
			_, err := os.Stat(filepath.Join("e2e", "testdata", "script", name+".txtar"))
			if err != nil && !slices.Contains(passes, name) && !isDeclared(t, declared, name, true) {
				t.Errorf("%s: there is no test, story or passing test of the public suite %s", row.about, name)
			}
		}
	}
}

// standard is a row of the tables: a rule, what decides it, and what holds it.
type standard struct {
	about            string
	functions, tests []string
}

func standards(t *testing.T) (rows []standard) {
	t.Helper()
	code := regexp.MustCompile("`([^`]+)`")
	names := func(cell string) (all []string) {
		for _, m := range code.FindAllStringSubmatch(cell, -1) {
			all = append(all, m[1])
		}
		return all
	}
	for line := range strings.Lines(read(t, "docs/http.md")) {
		cells := strings.Split(line, " | ")
		if len(cells) == 4 && strings.HasPrefix(line, "| ") && cells[1] != "section" {
			rows = append(rows, standard{strings.TrimPrefix(cells[0], "| "), names(cells[2]), names(cells[3])})
		}
	}
	return rows
}

// folders are those of packages that are not called like their folder from the root.
var folders = map[string]string{"trial": "policy/trial", "rules": "policy/rules"}

// isDeclared reports whether package.Function or package.Type.Method is declared, in the tests of the package or in its code. known has what is
// declared by files that were read already.
func isDeclared(t *testing.T, known map[string][]string, name string, inTests bool) bool {
	t.Helper()
	pkg, rest, ok := strings.Cut(name, ".")
	if !ok {
		return false
	}
	folder := pkg
	if other := folders[pkg]; other != "" {
		folder = other
	}
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") != inTests {
			continue
		}
		if known[file] == nil {
			known[file] = declarations(t, file)
		}
		if slices.Contains(known[file], rest) {
			return true
		}
	}
	return false
}

// declarations returns the functions of a file, methods behind their types.
func declarations(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			on := f.Recv.List[0].Type
			if pointer, ok := on.(*ast.StarExpr); ok {
				on = pointer.X
			}
			if receiver, ok := on.(*ast.Ident); ok {
				name = receiver.Name + "." + name
			}
		}
		names = append(names, name)
	}
	return names
}
