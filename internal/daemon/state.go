package daemon

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	lockFile  = "lock"
	tokenFile = "token"
)

// State is the directory of one running Lacquer: what must outlive the process, and what commands need that talk to it. As
// long as it is open nobody else can open it.
type State struct {
	Directory string // absolute
	Token     string // 32 random bytes in base64url: who knows it may administer this Lacquer
	lock      *os.File
}

// LockedError says that another process holds the state directory.
type LockedError struct {
	Directory string
	Holder    int // process id, 0 if it is not known
}

func (e *LockedError) Error() string {
	holder := "another process"
	if e.Holder > 0 {
		holder = fmt.Sprintf("process %d", e.Holder)
	}
	return fmt.Sprintf("the state directory %s is in use by %s; stop that, or give another directory by --state", e.Directory, holder)
}

// OpenState opens a state directory, which it creates where it is missing (mode 0700), and locks it. It fails with a
// *LockedError if another process has it. The token that lies there is kept; without one a new one is made (mode 0600).
func OpenState(directory string) (*State, error) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		return nil, fmt.Errorf("state directory %s: %w", directory, err)
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, notWritable(directory, err)
	}
	s := &State{Directory: directory}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if s.Token, err = s.readToken(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close lets the directory go. The files stay: removing the lock would let two processes lock two files of the same name.
func (s *State) Close() error {
	gone := s.removeAdmin()
	if err := s.lock.Close(); err != nil {
		return errors.Join(gone, fmt.Errorf("unlock state directory %s: %w", s.Directory, err))
	}
	return gone
}

// acquire takes the lock, which the kernel lets go when the process ends in whatever way, and leaves the process id in it.
func (s *State) acquire() error {
	f, err := os.OpenFile(filepath.Join(s.Directory, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return notWritable(s.Directory, err)
	}
	switch err := flock(f); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		defer f.Close()
		return &LockedError{Directory: s.Directory, Holder: readHolder(f)}
	case err != nil:
		f.Close()
		return fmt.Errorf("lock state directory %s: %w", s.Directory, err)
	}
	holder := strconv.Itoa(os.Getpid()) + "\n"
	if err := errors.Join(f.Truncate(0), writeAt(f, holder)); err != nil {
		f.Close()
		return notWritable(s.Directory, err)
	}
	s.lock = f
	return nil
}

// flock asks again when a signal comes between.
func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// readHolder returns the process id in a lock file, 0 if its holder has not come to writing it.
func readHolder(f *os.File) int {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

// readToken returns the token that lies in the directory, or makes one.
func (s *State) readToken() (string, error) {
	path := filepath.Join(s.Directory, tokenFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s.makeToken(path)
	}
	if err != nil {
		return "", notWritable(s.Directory, err)
	}
	token := strings.TrimSpace(string(text))
	if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) < tokenBytes {
		return "", fmt.Errorf("%s holds no token; remove the file, and a new one is made", path)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return "", notWritable(s.Directory, err)
	}
	return token, nil
}

const tokenBytes = 32

// makeToken writes a new token beside its place and moves it there, so that no other process ever reads half of one.
func (s *State) makeToken(path string) (string, error) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) // never fails (crypto/rand.Read)
	token := base64.RawURLEncoding.EncodeToString(raw)
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", notWritable(s.Directory, err)
	}
	if err := os.WriteFile(fresh, []byte(token+"\n"), 0o600); err != nil {
		return "", notWritable(s.Directory, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", notWritable(s.Directory, err)
	}
	return token, nil
}

// notWritable says in a user's words why a state directory cannot be used.
func notWritable(directory string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("the state directory %s cannot be used: %w; make it writable, or give another by --state", directory, err)
}
