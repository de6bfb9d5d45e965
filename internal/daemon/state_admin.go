package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const adminFile = "admin"

// WriteAdmin leaves where the administration is reached in the directory (mode 0600), for commands. Close takes it away again.
func (s *State) WriteAdmin(address string) error {
	path := filepath.Join(s.Directory, adminFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritable(s.Directory, err)
	}
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		return notWritable(s.Directory, err)
	}
	return nil
}

// removeAdmin takes away what WriteAdmin has left: nobody answers there any more.
func (s *State) removeAdmin() error {
	if err := os.Remove(filepath.Join(s.Directory, adminFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritable(s.Directory, err)
	}
	return nil
}

// NotRunningError says that no Lacquer runs with a state directory, or none with an administration.
type NotRunningError struct{ Directories []string }

func (e *NotRunningError) Error() string {
	return "no Lacquer is running with the state directory " + strings.Join(e.Directories, " or ") +
		"; start one by lacquer serve, or name another by --state or --admin"
}

// Seat is where a Lacquer is administered.
type Seat struct {
	Directory string // its state
	Address   string
	Token     string
}

// FindSeat looks for a running Lacquer in the first of some state directories in which one has left its address. The error is a
// *NotRunningError if there is none.
func FindSeat(directories []string) (Seat, error) {
	for _, directory := range directories {
		address, err := os.ReadFile(filepath.Join(directory, adminFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Seat{}, notReadable(directory, err)
		}
		token, err := os.ReadFile(filepath.Join(directory, tokenFile))
		if err != nil {
			return Seat{}, notReadable(directory, err)
		}
		return Seat{Directory: directory, Address: strings.TrimSpace(string(address)), Token: strings.TrimSpace(string(token))}, nil
	}
	return Seat{}, &NotRunningError{Directories: directories}
}

// notReadable says in a user's words why a state directory does not tell where its Lacquer is.
func notReadable(directory string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("the state directory %s cannot be read: %w; run the command as the user of that Lacquer, "+
		"or give its address and token by --admin and LACQUER_TOKEN", directory, err)
}

// StateDirectories returns where the state of a running Lacquer may be: only where it is configured, if it is; else every place that
// StateDirectory knows, in its order. Nothing is made or tried, as whoever asks need not be who runs it.
func StateDirectories(configured string, environ []string, system string) []string {
	if configured != "" {
		return []string{configured}
	}
	variables := environment(environ)
	var places []string
	if first, _, _ := strings.Cut(variables["STATE_DIRECTORY"], ":"); first != "" {
		return []string{first}
	}
	places = append(places, system)
	if own := variables["XDG_STATE_HOME"]; filepath.IsAbs(own) {
		places = append(places, filepath.Join(own, "lacquer"))
	} else if home := variables["HOME"]; home != "" {
		places = append(places, filepath.Join(home, ".local", "state", "lacquer"))
	}
	return slices.Compact(places)
}
