package daemon_test

import (
	"testing"

	"lacquer/internal/daemon"
)

func TestStateIn(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := daemon.StateIn(daemon.Source{File: "lacquer.yaml", Data: []byte(text)}); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	f("backends: {default: 'http://h'}\nstate: /a\n", "/a")
	f("backends: {default: 'http://h'}\n", "")
	// What is wrong elsewhere does not hide it.
	f("rulez: 1\nstate: /a\nbackends: 7\n", "/a")
	// Not even YAML.
	f("state: [\n", "")
}
