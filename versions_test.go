package lacquer_test

import (
	"go/version"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// oldestToolchain is the first Go whose net/http does not let a client crash the process with HTTP/2, nor race with CONNECT and the
// reading of heads. There is no database of advisories to ask, so the minima are kept here by hand.
const oldestToolchain = "go1.27.4"

// oldestModules are the first versions without known faults that reach a proxy. A module that is not used is not asked for.
var oldestModules = map[string]string{
	"golang.org/x/net":           "v0.62.0",
	"github.com/quic-go/quic-go": "v0.65.0",
}

func TestToolchain(t *testing.T) {
	f := func(file, pattern string) {
		t.Helper()
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(read(t, file), -1)
		if len(found) == 0 {
			t.Errorf("%s: nothing matches %s", file, pattern)
		}
		for _, m := range found {
			got := "go" + strings.TrimPrefix(m[1], "go")
			if !version.IsValid(got) || version.Compare(got, oldestToolchain) < 0 {
				t.Errorf("%s: %q: want %s or later", file, strings.TrimSpace(m[0]), oldestToolchain)
			}
		}
	}

	f("go.mod", `(?m)^toolchain (\S+)$`)
	// What every go command of make runs with, CI's included.
	f("Makefile", `(?m)^export GOTOOLCHAIN := (\S+)$`)
	// Without a version in the tag there would be none to hold.
	f("Dockerfile", `(?m)^FROM .*golang:(\S+)`)
	f("Dockerfile", `GOTOOLCHAIN=(\S+)`)
}

func TestModules(t *testing.T) {
	mod := read(t, "go.mod")
	for module, oldest := range oldestModules {
		m := regexp.MustCompile(`(?m)^(?:require)?\s*` + regexp.QuoteMeta(module) + ` (v\S+)`).FindStringSubmatch(mod)
		if m != nil && compareVersions(t, m[1], oldest) < 0 {
			t.Errorf("go.mod: %s %s: want %s or later", module, m[1], oldest)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	f := func(a, b string, want int) {
		t.Helper()
		if got := compareVersions(t, a, b); got != want {
			t.Errorf("compare %s with %s: got %d, want %d", a, b, got, want)
		}
	}

	f("v0.62.0", "v0.62.0", 0)
	// Numbers, not texts.
	f("v0.9.0", "v0.62.0", -1)
	f("v1.0.0", "v0.62.0", 1)
	f("v0.62.1", "v0.62.0", 1)
	// A pre-release comes before its release.
	f("v0.62.0-20260102030405-abcdefabcdef", "v0.62.0", -1)
	f("v0.63.0-rc.1", "v0.62.0", 1)
}

// TestContinuousIntegration holds that CI runs what the README tells a newcomer to run, no more and no less.
func TestContinuousIntegration(t *testing.T) {
	var commands []string
	for line := range strings.Lines(read(t, ".ci/run")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "set ") || strings.HasPrefix(line, "cd ") {
			continue
		}
		commands = append(commands, line)
	}
	if !slices.Equal(commands, []string{"make test"}) {
		t.Errorf(".ci/run runs %q, want make test alone", commands)
	}
	if !strings.Contains(read(t, "README.md"), "make test") {
		t.Error("README.md does not name the test command, make test")
	}
}

// compareVersions compares two versions as the go command does, as far as the minima need it: a pre-release is less than its
// release, and two pre-releases of one version count as equal.
func compareVersions(t *testing.T, a, b string) int {
	t.Helper()
	parse := func(v string) []int {
		release, _, pre := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(v, "+incompatible"), "v"), "-")
		var numbers []int
		for part := range strings.SplitSeq(release, ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				t.Fatalf("%s is not a version", v)
			}
			numbers = append(numbers, n)
		}
		if pre {
			return append(numbers, 0)
		}
		return append(numbers, 1)
	}
	return slices.Compare(parse(a), parse(b))
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
