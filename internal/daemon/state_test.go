package daemon_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lacquer/internal/daemon"
)

func open(t *testing.T, directory string) *daemon.State {
	t.Helper()
	s, err := daemon.OpenState(directory)
	if err != nil {
		t.Fatalf("OpenState: %v", err)
	}
	return s
}

func TestStateIsCreated(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "a", "lacquer")
	s := open(t, directory)
	defer s.Close()
	f := func(path string, want fs.FileMode) {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want mode %v", path, info.Mode(), err, want)
		}
	}
	f(directory, 0o700)
	f(filepath.Join(directory, "token"), 0o600)
	if raw, err := base64.RawURLEncoding.DecodeString(s.Token); err != nil || len(raw) != 32 {
		t.Errorf("the token %q is not 32 bytes in base64url", s.Token)
	}
	if text, err := os.ReadFile(filepath.Join(directory, "token")); err != nil || string(text) != s.Token+"\n" {
		t.Errorf("the file holds %q, %v, not the token", text, err)
	}
}

func TestStateIsLocked(t *testing.T) {
	directory := t.TempDir()
	first := open(t, directory)
	_, err := daemon.OpenState(directory)
	var locked *daemon.LockedError
	if !errors.As(err, &locked) || locked.Holder != os.Getpid() || locked.Directory != directory {
		t.Fatalf("a second process gets %v", err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %s", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, directory).Close()
}

func TestTokenIsKept(t *testing.T) {
	directory := t.TempDir()
	first := open(t, directory)
	first.Close()
	path := filepath.Join(directory, "token")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	second := open(t, directory)
	second.Close()
	if first.Token != second.Token {
		t.Errorf("the token changed from %q to %q", first.Token, second.Token)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a token that others could read still is so: %v, %v", info.Mode(), err)
	}

	// A token that somebody damaged is not silently replaced, and the lock is let go.
	if err := os.WriteFile(path, []byte("guess\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := daemon.OpenState(directory); err == nil || !strings.Contains(err.Error(), "holds no token") {
			t.Errorf("got %v", err)
		}
	}
	// Two processes that start on an empty directory have different tokens.
	other := open(t, t.TempDir())
	other.Close()
	if other.Token == first.Token {
		t.Error("two directories, one token")
	}
}

func TestStateCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, directory := range []string{file, filepath.Join(file, "beneath")} {
		_, err := daemon.OpenState(directory)
		if err == nil || !strings.Contains(err.Error(), "the state directory "+directory+" cannot be used: not a directory; ") {
			t.Errorf("%s: got %v", directory, err)
		}
	}
}

func TestStateDirectory(t *testing.T) {
	writable := filepath.Join(t.TempDir(), "lacquer")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(configured, system, want string, environ ...string) {
		t.Helper()
		got, err := daemon.StateDirectory(configured, environ, system)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q, %v, %s: got %q, %v, want %q", configured, environ, system, got, err, want)
		}
	}
	// What was written wins; then systemd's directory, the first of several.
	f("/a", writable, "/a", "STATE_DIRECTORY=/b")
	f("", writable, "/b", "STATE_DIRECTORY=/b")
	f("", writable, "/b", "STATE_DIRECTORY=/b:/c")
	// The machine's, if it can be written.
	f("", writable, writable, "HOME=/home/me")
	// Else the user's own; a relative XDG_STATE_HOME is not valid.
	f("", file, "/x/lacquer", "HOME=/home/me", "XDG_STATE_HOME=/x")
	f("", file, "/home/me/.local/state/lacquer", "HOME=/home/me", "XDG_STATE_HOME=x")
	f("", file, "/home/me/.local/state/lacquer", "HOME=/home/me")
	f("", file, "")
	if left, err := os.ReadDir(writable); err != nil || len(left) > 0 {
		t.Errorf("trying whether it can be written left %v, %v", left, err)
	}
}
