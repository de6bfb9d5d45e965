package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"lacquer/bench/measure"
)

// The two cores: a server has one for itself, and what loads it and the origin share the other.
const (
	serverCore = 0
	loadCore   = 1
)

const (
	startLimit = 15 * time.Second // for a process to accept connections
	stopLimit  = 10 * time.Second // between SIGTERM and SIGKILL
)

// child is a process that runs until it is stopped.
type child struct {
	name   string
	cmd    *exec.Cmd
	output bytes.Buffer  // what it printed, for when it fails; to be read when ended is closed
	ended  chan struct{} // closed when it has ended
}

// pinned returns a command that runs on one core, in a process group of its own: an interrupt from the terminal reaches this program alone,
// which stops its children itself.
func pinned(core int, argv ...string) *exec.Cmd {
	cmd := exec.Command("taskset", append([]string{"-c", strconv.Itoa(core)}, argv...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// start runs a command. taskset becomes what it starts, so its process identifier is the server's.
func start(name string, cmd *exec.Cmd) (*child, error) {
	c := &child{name: name, cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &c.output, &c.output
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = cmd.Wait() // ended by a signal: its exit code says nothing
		close(c.ended)
	}()
	return c, nil
}

// accepts waits until a connection to the address is accepted.
func (c *child) accepts(ctx context.Context, address string) error {
	limit := time.After(startLimit)
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-c.ended:
			return fmt.Errorf("%s ended before it served: %s", c.name, c.output.String())
		case <-limit:
			return fmt.Errorf("%s does not serve after %v: %w", c.name, startLimit, err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// cpu returns what the process and its descendants have spent so far.
func (c *child) cpu() (time.Duration, error) {
	spent, err := measure.CPU(os.DirFS("/proc"), c.cmd.Process.Pid)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", c.name, err)
	}
	return spent, nil
}

// stop ends the process and waits until it has ended.
func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", c.name, err)
	}
	select {
	case <-c.ended:
		return nil
	case <-time.After(stopLimit):
	}
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // with the children of its group, which it cannot end any more
	<-c.ended
	return fmt.Errorf("%s did not end within %v of SIGTERM", c.name, stopLimit)
}

// freePort returns a port of loopback on which nobody listens.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
