package conformance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lacquer/e2e/child"
)

// suite is an edition of the tests, in a folder of this machine.
type suite struct {
	folder string
	tests  []test
}

// test is one of them.
type test struct {
	ID, Group string
	Kind      string   // required, optimal, or check: what only describes a cache
	Needs     []string // tests without which it says nothing
}

// verdicts say of each test how it went: "" if it passed.
type verdicts map[string]string

// runTime is how long a run may take. It takes 12 seconds where nothing else wants the machine.
const runTime = 5 * time.Minute

func openSuite(t *testing.T, folder string) *suite {
	t.Helper()
	s := &suite{folder: folder}
	script, err := filepath.Abs("catalogue.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(s.node(t, nil, script), &s.tests); err != nil || len(s.tests) == 0 {
		t.Fatalf("the tests of %s: %d of them, %v", folder, len(s.tests), err)
	}
	return s
}

// run has the client of the suite try what serves on address.
func (s *suite) run(t *testing.T, address string) verdicts {
	t.Helper()
	output := s.node(t, []string{"npm_package_config_id=", "npm_config_base=http://" + address}, "--no-warnings", "cli.mjs")
	if at := bytes.Index(output, []byte("\n{")); at >= 0 {
		output = output[at:] // behind what it says while it runs
	}
	var results map[string]any // true, or a list: the kind of the failure, and what it was
	if err := json.Unmarshal(output, &results); err != nil {
		t.Fatalf("what the client of the suite printed: %v\n%.1000s", err, output)
	}
	return s.judge(results)
}

// judge counts a pass only if what the test needs passed too, as the suite's own page does.
func (s *suite) judge(results map[string]any) verdicts {
	v := make(verdicts)
	for _, one := range s.tests {
		switch result := results[one.ID].(type) {
		case nil:
			v[one.ID] = "it was not run"
		case bool:
			v[one.ID] = ""
		default:
			v[one.ID] = strings.Trim(fmt.Sprint(result), "[]")
		}
	}
	for changed := true; changed; { // what a test needs may need others
		changed = false
		for _, one := range s.tests {
			lacking := slices.IndexFunc(one.Needs, func(id string) bool { return v[id] != "" })
			if v[one.ID] == "" && lacking >= 0 {
				v[one.ID], changed = "it needs "+one.Needs[lacking], true
			}
		}
	}
	return v
}

var listening = regexp.MustCompile(`^Listening on http://(127\.0\.0\.1:[0-9]+)/`)

// origin starts the suite's origin for the length of the test and returns its URL.
func (s *suite) origin(t *testing.T) string {
	t.Helper()
	loopback, err := filepath.Abs("loopback.cjs")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", "--require", loopback, "server/server.mjs")
	command.Dir = s.folder
	command.Env = append(os.Environ(),
		"npm_config_protocol=http", "npm_config_port=0", "npm_config_pidfile="+filepath.Join(t.TempDir(), "pid"))
	addresses := make(chan string, 1)
	child.Start(t, command, func(line string) {
		if m := listening.FindStringSubmatch(line); m != nil {
			addresses <- m[1]
		}
	}, func(line string) { fmt.Fprintln(os.Stderr, "origin:", line) })
	return "http://" + child.Within(t, time.Minute, "the suite's origin", addresses)
}

// node runs a script in the folder of the suite and returns what it printed.
func (s *suite) node(t *testing.T, environ []string, arguments ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", arguments...)
	command.Dir = s.folder
	command.Env = append(os.Environ(), environ...)
	command.WaitDelay = time.Second
	slow := time.AfterFunc(runTime, func() { _ = command.Process.Kill() })
	defer slow.Stop()
	output, err := command.Output()
	if err != nil {
		var said *exec.ExitError
		if errors.As(err, &said) {
			err = fmt.Errorf("%w\n%s", err, said.Stderr)
		}
		t.Fatalf("node %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}
