package main

import "testing"

func TestUnsafeGo(t *testing.T) {
	f := func(built, want string) {
		t.Helper()
		if got := unsafeGo(built); got != want {
			t.Errorf("%s: got %q, want %q", built, got, want)
		}
	}
	f("go1.27.4", "")
	f("go1.27.10", "")
	f("go1.28.0", "")
	f("go1.28rc1", "")
	f("go1.27.3", "go1.27.4")
	f("go1.27.0", "go1.27.4")
	f("go1.27rc2", "go1.27.4")
	f("go1.26.9", "")
	f("go1.26.8", "go1.26.9")
	f("go1.25.20", "go1.26.9")
	f("go1.27.3 X:nocoverageredesign", "go1.27.4")
	f("go1.27.4 X:nocoverageredesign", "")
	// Versions between releases say nothing of what they have.
	f("devel go1.28-abcdef", "")
}
