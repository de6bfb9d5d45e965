package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit = 15 * time.Second // for the server to say that it serves
	stopLimit  = 15 * time.Second // between SIGTERM and SIGKILL
)

// lacquer is the running server, and the page behind it.
type lacquer struct {
	address string // host:port of its listener
	admin   string // host:port of its administration

	cmd    *exec.Cmd
	logged chan struct{} // closed when its log has ended
	origin *http.Server
}

// pagePath is what everybody asks for, and page what they get: 1 KiB.
const pagePath = "/page"

var page = strings.Repeat("a page of a site ", 1024/17+1)[:1024]

// startLacquer builds the binary in dir, unless there is one already, and starts it with a page behind it.
func startLacquer(ctx context.Context, dir string) (*lacquer, error) {
	binary, err := build(ctx, dir)
	if err != nil {
		return nil, err
	}
	l := &lacquer{logged: make(chan struct{})}
	backend, err := l.startOrigin()
	if err != nil {
		return nil, err
	}
	l.cmd = exec.Command(binary, "serve", "--backend", "http://"+backend, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0",
		"--state", filepath.Join(dir, "state"), "--memory", "1GiB", "--log-format", "json")
	l.cmd.Dir = dir // where there is no lacquer.yaml
	// None of the idle connections may be closed for being idle.
	l.cmd.Env = append(os.Environ(), "LACQUER_ACCESS_LOG__TO=off", "LACQUER_LIMITS__IDLE_TIME=1h")
	// An interrupt from the terminal is for this program alone, which stops what it has started.
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := l.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := l.cmd.Start(); err != nil {
		return nil, errors.Join(err, l.origin.Close())
	}
	serving := make(chan fact, 1)
	go func() {
		defer close(l.logged)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			readFact(lines.Bytes(), serving)
		}
	}()
	return l, l.await(ctx, serving)
}

// build returns the path of the binary: the one in LACQUER, or one built as make build does.
func build(ctx context.Context, dir string) (string, error) {
	if named := os.Getenv("LACQUER"); named != "" {
		return filepath.Abs(named) // the server is started in a directory of its own
	}
	path := filepath.Join(dir, "lacquer")
	output, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "lacquer/cmd/lacquer").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
}

// startOrigin serves the page, which may be stored, and returns its address.
func (l *lacquer) startOrigin() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	l.origin = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=86400")
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(page))
	})}
	go func() { _ = l.origin.Serve(listener) }() // until stop closes it
	return listener.Addr().String(), nil
}

// fact is what a line of the server's log says.
type fact struct {
	Level, Msg string
	Addresses  []string
	Admin      string
}

// readFact hands on the line that says where the server is reached, and shows those that are more than information.
func readFact(line []byte, serving chan<- fact) {
	var f fact
	err := json.Unmarshal(line, &f)
	switch {
	case err == nil && f.Msg == "serving":
		select {
		case serving <- f:
		default:
		}
	case err != nil || f.Level != "INFO":
		fmt.Fprintf(os.Stderr, "lacquer: %s\n", line)
	}
}

// await waits until the server serves. Otherwise it stops it.
func (l *lacquer) await(ctx context.Context, serving <-chan fact) error {
	var err error
	select {
	case f := <-serving:
		if len(f.Addresses) == 1 && f.Admin != "" {
			l.address, l.admin = strings.TrimPrefix(f.Addresses[0], "http://"), f.Admin
			return nil
		}
		err = fmt.Errorf("lacquer serves on %q and %q", f.Addresses, f.Admin)
	case <-l.logged:
		err = errors.New("lacquer ended before it served")
	case <-time.After(startLimit):
		err = fmt.Errorf("lacquer does not serve after %v", startLimit)
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, l.stop())
}

// stop ends the server and its origin, and waits until they have ended.
func (l *lacquer) stop() error {
	defer l.origin.Close()
	_ = l.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(stopLimit, func() { _ = l.cmd.Process.Kill() })
	<-l.logged
	err := l.cmd.Wait()
	if !kill.Stop() {
		return fmt.Errorf("lacquer did not end within %v of SIGTERM", stopLimit)
	}
	if err != nil {
		return fmt.Errorf("lacquer: %w", err)
	}
	return nil
}
