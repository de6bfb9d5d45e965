// Package lacquer_test holds what is true of the whole repository: who may import whom, and which versions it is built with.
package lacquer_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// house is the order of the rooms, from the ground up. A line names a room; behind "<" stand the rooms that it may know, all of
// them above it; behind "+" the modules of others that it may use. Whoever adds a room or a module adds it here, and says why in
// the line's comment if it is not plain.
//
// Tests may know more: every room above their own, and what stands under "tests".
const house = `
	# Speaks HTTP, and knows nothing of ours.
	message

	# Decides; no I/O, no clock.
	policy               < message
	                     + github.com/dunglas/httpsfv

	# Decides by the rules of the user.
	policy/rules         < message policy
	                     + github.com/expr-lang/expr

	# Tries rules on made-up traffic.
	policy/trial         < message policy policy/rules

	# Keeps and asks. The two do not know each other.
	storage              < message policy
	                     + github.com/dgraph-io/ristretto/v2 github.com/puzpuzpuz/xsync/v4
	origin               < message policy
	                     + golang.org/x/net

	# Forgets on demand.
	purge                < message policy storage

	# Leads a request on its way. It meets backends only as what it asks for: an origin.Fetcher.
	proxy                < message policy policy/rules storage origin purge
	                     + golang.org/x/sync

	# Greets, and hands over to proxy; what lies behind proxy is none of its business.
	edge                 < message proxy
	                     + github.com/pires/go-proxyproto golang.org/x/net

	# Writes down what edge saw.
	internal/accesslog   < proxy edge

	# Keeps what TLS listeners show: certificates from files, by ACME, or signed by itself.
	internal/certificates
	                     + github.com/caddyserver/certmagic github.com/mholt/acmez/v3 go.uber.org/zap

	# A network in memory, for tests alone: no room below may know it.
	internal/memnet

	# Shows, to those who administer; and asks for the commands.
	admin                < policy proxy edge
	                     + github.com/prometheus/client_golang
	admin/client         < admin

	# Assembles.
	internal/daemon      < message policy policy/rules policy/trial storage origin purge proxy edge internal/accesslog internal/certificates admin
	                     + github.com/goccy/go-yaml golang.org/x/sys

	# Shows in a minute what all of it is for.
	internal/demo/site
	internal/demo        < edge admin internal/daemon internal/demo/site

	# Keeps quiet while the process starts; nothing may be imported here.
	internal/terminal

	# Starts.
	cmd/lacquer          < internal/daemon internal/terminal internal/demo admin admin/client
	                     + github.com/spf13/cobra github.com/spf13/pflag
	                     + github.com/charmbracelet/bubbletea github.com/charmbracelet/lipgloss github.com/charmbracelet/x/term github.com/muesli/termenv

	# Proves: stories over the network in memory, told of any house; ours; the public tests of caches and a real site over the real
	# binary, a real certificate authority, clients that take their time.
	e2e/story            < internal/memnet
	e2e                  < internal/daemon internal/memnet e2e/story
	e2e/child
	e2e/conformance
	e2e/mediawiki
	e2e/acme
	e2e/slow

	# Measures the binary beside its peers: an origin, what is counted, what is told of it, and who runs it all.
	bench/origin
	bench/measure
	bench/report         < bench/measure
	bench/run            < bench/measure bench/report
	                     + golang.org/x/sync

	# Measures what an idle connection costs.
	bench/idle

	tests                < internal/memnet
	                     + github.com/google/go-cmp github.com/rogpeppe/go-internal go.uber.org/goleak golang.org/x/net github.com/goccy/go-yaml
`

// unnamed are words that say nothing of what a package is for.
var unnamed = []string{"util", "utils", "common", "types", "pkg", "models", "helpers", "misc", "base", "shared"}

// room is a line of the house.
type room struct {
	name    string
	knows   []string
	modules []string
}

// source is what a Go file imports.
type source struct {
	file    string // slash-separated, from the root
	imports []string
}

func (s source) room() string { return filepath.ToSlash(filepath.Dir(s.file)) }
func (s source) test() bool   { return strings.HasSuffix(s.file, "_test.go") }

func TestLayers(t *testing.T) {
	rooms, err := readHouse(house)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources(t) {
		for _, breach := range breaches(rooms, s) {
			t.Error(breach)
		}
	}
}

func TestLayersFindsBreaches(t *testing.T) {
	rooms, err := readHouse(house)
	if err != nil {
		t.Fatal(err)
	}
	f := func(file, imported, want string) {
		t.Helper()
		got := strings.Join(breaches(rooms, source{file, []string{imported}}), "; ")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s imports %s: got %q, want %q", file, imported, got, want)
		}
	}

	// The standard library is everybody's.
	f("message/print.go", "net/http", "")
	// Downwards as the table says.
	f("policy/key.go", "lacquer/message", "")
	// Never upwards.
	f("message/print.go", "lacquer/policy", "message may not know policy")
	f("message/print_test.go", "lacquer/policy", "message may not know policy")
	// Neighbours, in either direction.
	f("storage/table.go", "lacquer/origin", "storage may not know origin")
	f("origin/backend.go", "lacquer/storage", "origin may not know storage")
	// Past a room that stands between.
	f("edge/server.go", "lacquer/storage", "edge may not know storage")
	// A test may reach for every room above its own, and its own.
	f("edge/server_test.go", "lacquer/storage", "")
	f("edge/server_test.go", "lacquer/edge", "")
	// The network in memory is for tests.
	f("internal/daemon/daemon.go", "lacquer/internal/memnet", "internal/daemon may not know internal/memnet")
	f("origin/backend_test.go", "lacquer/internal/memnet", "")
	// Modules of others, each where it belongs; a part of a name is not the name.
	f("storage/table.go", "github.com/puzpuzpuz/xsync/v4", "")
	f("proxy/serve.go", "golang.org/x/sync/singleflight", "")
	f("proxy/serve.go", "golang.org/x/synchronous", "proxy may not use golang.org/x/synchronous")
	f("message/print.go", "golang.org/x/net/http/httpguts", "message may not use golang.org/x/net/http/httpguts")
	f("storage/table_test.go", "go.uber.org/goleak", "")
	f("storage/table.go", "go.uber.org/goleak", "storage may not use go.uber.org/goleak")
	// A room that nobody entered in the table.
	f("attic/box.go", "fmt", "attic is not in the house")
}

func TestHouseIsReadFromAbove(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := readHouse(text)
		if got := fmt.Sprint(err); !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}

	f("message\npolicy < message", "<nil>")
	// A room below its own line, or its own.
	f("policy < message\nmessage", "policy knows message, which does not stand above it")
	f("policy < policy", "policy knows policy, which does not stand above it")
	// A room twice.
	f("message\nmessage", "message stands twice")
	// Continuations need a room.
	f("+ golang.org/x/net", "no room before")
}

func TestPackagesHaveNamesAndDoors(t *testing.T) {
	doors := map[string]bool{}
	for _, s := range sources(t) {
		if s.room() == "." {
			continue // only the tests of the whole live at the root
		}
		door := filepath.Join(filepath.FromSlash(s.room()), "doc.go")
		if _, seen := doors[door]; seen {
			continue
		}
		doors[door] = hasPackageComment(door)
		for _, word := range strings.Split(s.room(), "/") {
			if slices.Contains(unnamed, word) {
				t.Errorf("%s: %q says nothing of what the package does", s.room(), word)
			}
		}
	}
	for door, there := range doors {
		if !there {
			t.Errorf("%s: missing, or without a package comment that says what the package does and what it does not know", door)
		}
	}
}

// readHouse reads the table, in its order. The line "tests" comes last: it is not a room but what all of them may use in tests.
func readHouse(text string) (rooms []room, err error) {
	mark := ""
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for i, word := range strings.Fields(line) {
			switch {
			case word == "<" || word == "+":
				if len(rooms) == 0 {
					return nil, fmt.Errorf("%q: no room before %s", strings.TrimSpace(line), word)
				}
				mark = word
			case i == 0:
				if find(rooms, word) != nil {
					return nil, fmt.Errorf("%s stands twice", word)
				}
				rooms = append(rooms, room{name: word})
			case mark == "<":
				current := &rooms[len(rooms)-1]
				if find(rooms[:len(rooms)-1], word) == nil {
					return nil, fmt.Errorf("%s knows %s, which does not stand above it", current.name, word)
				}
				current.knows = append(current.knows, word)
			case mark == "+":
				current := &rooms[len(rooms)-1]
				current.modules = append(current.modules, word)
			}
		}
	}
	return rooms, nil
}

// find returns the room with this name, nil if there is none.
func find(rooms []room, name string) *room {
	for i := range rooms {
		if rooms[i].name == name {
			return &rooms[i]
		}
	}
	return nil
}

// breaches tells which imports of s the house forbids, one line each.
func breaches(rooms []room, s source) (found []string) {
	if s.room() == "." {
		return nil // the tests of the whole
	}
	at := slices.IndexFunc(rooms, func(r room) bool { return r.name == s.room() })
	if at < 0 {
		return []string{fmt.Sprintf("%s: %s is not in the house: give it a line in layers_test.go", s.file, s.room())}
	}
	knows, modules := rooms[at].knows, rooms[at].modules
	if s.test() {
		tests := find(rooms, "tests")
		knows = slices.Clone(tests.knows)
		for _, above := range rooms[:at+1] {
			knows = append(knows, above.name)
		}
		modules = slices.Concat(modules, tests.modules)
	}
	for _, path := range s.imports {
		if ours, ok := strings.CutPrefix(path, "lacquer/"); ok {
			if !slices.Contains(knows, ours) {
				found = append(found, fmt.Sprintf("%s: %s may not know %s", s.file, s.room(), ours))
			}
			continue
		}
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
			continue // the standard library
		}
		if !slices.ContainsFunc(modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
			found = append(found, fmt.Sprintf("%s: %s may not use %s", s.file, s.room(), path))
		}
	}
	return found
}

// sources reads what the Go files of the repository import, whatever their build constraints say.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != "." && (name[0] == '.' || name[0] == '_' || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{file: filepath.ToSlash(path)}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// hasPackageComment reports whether the file begins with the comment that godoc shows for its package.
func hasPackageComment(path string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
	return err == nil && file.Doc != nil
}
