package main

import (
	"slices"
	"testing"
)

func TestFindConfig(t *testing.T) {
	f := func(want string, environ map[string]string, files ...string) {
		t.Helper()
		got := findConfig(func(name string) string { return environ[name] }, func(path string) bool { return slices.Contains(files, path) })
		if got != want {
			t.Errorf("%v, %v: got %q, want %q", environ, files, got, want)
		}
	}
	const own, machine = "/home/me/.config/lacquer/lacquer.yaml", "/etc/lacquer/lacquer.yaml"
	home := map[string]string{"HOME": "/home/me"}
	xdg := map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "/x"}
	relative := map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "x"}

	// The nearest wins.
	f("lacquer.yaml", home, "lacquer.yaml", own, machine)
	f(own, home, own, machine)
	f(machine, home, machine)
	f("", home)
	// Where the user keeps configurations; a path that is not absolute is not valid.
	f("/x/lacquer/lacquer.yaml", xdg, "/x/lacquer/lacquer.yaml", own)
	f(own, relative, "x/lacquer/lacquer.yaml", own)
	// Without a home.
	f(machine, nil, machine)
}
