package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lacquer/internal/daemon"
)

func TestFindSeat(t *testing.T) {
	none, one := filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "one")
	f := func(want string, directories ...string) {
		t.Helper()
		seat, err := daemon.FindSeat(directories)
		var notRunning *daemon.NotRunningError
		if err != nil && !errors.As(err, &notRunning) || seat.Address != want {
			t.Errorf("%v: got %q, %v; want %q", directories, seat.Address, err, want)
		}
	}
	f("", none)
	state, err := daemon.OpenState(one)
	if err != nil {
		t.Fatal(err)
	}
	// It runs, and has no administration.
	f("", one)
	for _, address := range []string{"127.0.0.1:6082", "unix:/run/lacquer/admin.sock"} {
		if err := state.WriteAdmin(address); err != nil {
			t.Fatal(err)
		}
		f(address, none, one)
	}
	if seat, _ := daemon.FindSeat([]string{one}); seat.Token != state.Token || seat.Directory != one {
		t.Errorf("the seat is %+v", seat)
	}
	if info, err := os.Stat(filepath.Join(one, "admin")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	// What has ended is not found.
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	f("", one)
}

func TestStateDirectories(t *testing.T) {
	f := func(configured string, environ []string, want ...string) {
		t.Helper()
		if got := daemon.StateDirectories(configured, environ, "/system"); !slices.Equal(got, want) {
			t.Errorf("%q, %v: got %v, want %v", configured, environ, got, want)
		}
	}
	f("/own", []string{"STATE_DIRECTORY=/unit", "HOME=/home/me"}, "/own")
	f("", []string{"STATE_DIRECTORY=/unit:/other", "HOME=/home/me"}, "/unit")
	f("", []string{"HOME=/home/me"}, "/system", "/home/me/.local/state/lacquer")
	f("", []string{"HOME=/home/me", "XDG_STATE_HOME=/x"}, "/system", "/x/lacquer")
	f("", []string{"HOME=/home/me", "XDG_STATE_HOME=x"}, "/system", "/home/me/.local/state/lacquer")
	f("", nil, "/system")
}
