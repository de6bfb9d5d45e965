package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// SystemState is where a Lacquer keeps its state that was installed for the whole machine.
const SystemState = "/var/lib/lacquer"

// StateDirectory returns the directory for the state: what is configured; else $STATE_DIRECTORY, which systemd sets
// (systemd.exec(5)); else system, usually SystemState, if it can be written; else the user's own (XDG Base Directory
// Specification). environ is NAME=value, as os.Environ has it.
func StateDirectory(configured string, environ []string, system string) (string, error) {
	variables := environment(environ)
	if configured != "" {
		return configured, nil
	}
	// Several directories of a unit are separated by colons; the first is the unit's own.
	if first, _, _ := strings.Cut(variables["STATE_DIRECTORY"], ":"); first != "" {
		return first, nil
	}
	if isWritable(system) {
		return system, nil
	}
	// A path that is not absolute is to be ignored, says the specification.
	if own := variables["XDG_STATE_HOME"]; filepath.IsAbs(own) {
		return filepath.Join(own, "lacquer"), nil
	}
	if home := variables["HOME"]; home != "" {
		return filepath.Join(home, ".local", "state", "lacquer"), nil
	}
	return "", errors.New("there is no place for the state: " + system + " cannot be written, and HOME is not set; give a directory by --state")
}

// isWritable reports whether files can be made in a directory, which is created if that is possible. It tries: the bits of the
// mode do not tell about a file system that is mounted read-only.
func isWritable(directory string) bool {
	if os.MkdirAll(directory, 0o700) != nil {
		return false
	}
	f, err := os.CreateTemp(directory, ".writable-")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}
