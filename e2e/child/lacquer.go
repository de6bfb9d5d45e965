package child

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Lacquer is how the binary is to serve.
type Lacquer struct {
	Backend string            // URL of the origin
	Environ []string          // beyond that of the test: NAME=value
	Access  func(line string) // takes the lines of its access log; nil for none
}

// Serve builds the binary, starts it for the length of the test, and returns the host and port that it listens on. What it logs above the level
// of information goes to standard error. To test another binary, name it in LACQUER.
func (l Lacquer) Serve(t *testing.T) (address string) {
	t.Helper()
	dir := t.TempDir()
	command := exec.Command(binary(t, dir), "serve",
		"--backend", l.Backend,
		"--listen", "127.0.0.1:0",
		"--admin", "127.0.0.1:0",
		"--state", filepath.Join(dir, "state"),
		"--memory", "256MiB",
		"--log-format", "json")
	command.Dir = dir // where there is no lacquer.yaml
	command.Env = append(os.Environ(), l.Environ...)
	access := l.Access
	if access == nil {
		command.Env = append(command.Env, "LACQUER_ACCESS_LOG__TO=off")
		access = func(string) {}
	}

	serving := make(chan string, 1)
	Start(t, command, access, func(line string) {
		var fact struct {
			Level, Msg string
			Addresses  []string
		}
		err := json.Unmarshal([]byte(line), &fact)
		switch {
		case err == nil && fact.Msg == "serving" && len(fact.Addresses) == 1:
			serving <- fact.Addresses[0]
		case err != nil || fact.Level != "INFO": // each purge is a fact of that level
			fmt.Fprintln(os.Stderr, "lacquer:", line)
		}
	})
	address = strings.TrimPrefix(Within(t, 20*time.Second, "the first line of lacquer serve", serving), "http://")
	if _, err := netip.ParseAddrPort(address); err != nil {
		t.Fatalf("lacquer serves on %q: %v", address, err)
	}
	return address
}

// binary returns the path of the program, which it builds in dir unless there is one already.
func binary(t *testing.T, dir string) string {
	t.Helper()
	if named := os.Getenv("LACQUER"); named != "" {
		return named
	}
	path := filepath.Join(dir, "lacquer")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "lacquer/cmd/lacquer")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return path
}
