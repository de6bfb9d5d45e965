package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDemo runs the command as a user does: it says where it is and what to try, works there, and ends in good order at Ctrl-C.
func TestDemo(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lacquer := filepath.Join(t.TempDir(), "lacquer") // by this name the test binary is the command
	if err := os.Symlink(binary, lacquer); err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	command := exec.Command(lacquer, "demo", "--listen", "127.0.0.1:0")
	command.Stderr = &complaints
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Process.Kill()

	addresses, tips := map[string]string{}, 0
	for lines := bufio.NewScanner(said); lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C"); {
		line := strings.TrimSpace(lines.Text())
		if name, address, ok := strings.Cut(line, "   "); ok {
			addresses[name] = strings.TrimSpace(address)
		}
		if len(line) > 2 && line[1:3] == ". " {
			tips++
		}
	}
	if tips != 5 {
		t.Errorf("it says %d things to try, not 5", tips)
	}
	for _, name := range []string{"control page", "the site"} {
		answer, err := http.Get(addresses[name])
		if err != nil {
			t.Fatalf("%s: %v; addresses: %v", name, err, addresses)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if complaints.Len() > 0 {
		t.Errorf("it complained:\n%s", complaints.String())
	}
}
