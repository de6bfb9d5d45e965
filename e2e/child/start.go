package child

import (
	"bufio"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Start runs a child process for the length of the test. Each line of its standard output goes to out, each of its standard error
// to log, both from goroutines of their own that have ended when the process has been stopped.
func Start(t *testing.T, command *exec.Cmd, out, log func(line string)) {
	t.Helper()
	// PHP forks workers that outlive it when it alone is ended, so a child leads a group, and the group is ended.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("%s: %v", command.Path, err)
	}
	read := make(chan struct{}, 2)
	lines := func(r io.Reader, take func(string)) {
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			take(scanner.Text())
		}
		read <- struct{}{}
	}
	go lines(stdout, out)
	go lines(stderr, log)

	t.Cleanup(func() {
		group := -command.Process.Pid
		stop := time.AfterFunc(10*time.Second, func() {
			t.Errorf("%s did not end within 10 s of SIGTERM", command.Path)
			_ = syscall.Kill(group, syscall.SIGKILL)
		})
		defer stop.Stop()
		_ = syscall.Kill(group, syscall.SIGTERM)
		<-read
		<-read
		_ = command.Wait() // ended by a signal: its exit code says nothing
	})
}

// Within waits for a value and fails the test when none comes in time.
func Within[T any](t *testing.T, limit time.Duration, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(limit):
		t.Fatalf("%s: nothing after %v", what, limit)
	}
	var none T
	return none
}
