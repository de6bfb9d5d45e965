package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// perAddress is how many connections come from one address of loopback: well below the ports that Linux picks from, 28,232 unless it was told
// otherwise (net.ipv4.ip_local_port_range), many of which may still be taken by connections that have ended.
const perAddress = 5_000

// hold opens connections to an address, asks for the page over each, and says so: "held N". It keeps them open until there is nothing more to be
// read from in, and then says how many the other end has kept open: "open N".
func hold(address string, connections int, in io.Reader, out io.Writer) error {
	held := make([]net.Conn, 0, connections)
	defer func() {
		for _, conn := range held {
			conn.Close()
		}
	}()
	for i := range connections {
		conn, err := openIdle(address, i)
		if err != nil {
			return fmt.Errorf("idle connection %d: %w", i+1, err)
		}
		held = append(held, conn)
	}
	if _, err := fmt.Fprintf(out, "held %d\n", len(held)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	open := 0
	for _, conn := range held {
		if isOpen(conn) {
			open++
		}
	}
	_, err := fmt.Fprintf(out, "open %d\n", open)
	return err
}

// openIdle opens the connection with this number and asks once over it.
func openIdle(address string, number int) (net.Conn, error) {
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+number/perAddress%250))}
	dialer := net.Dialer{LocalAddr: from, Timeout: 10 * time.Second}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if err := ask(conn, bufio.NewReaderSize(conn, 512)); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// isOpen reports whether nothing has come over a connection, not even its end. It does not wait.
func isOpen(conn net.Conn) (open bool) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK) // sockets of Go's never block
		open = err == syscall.EAGAIN
	})
	return open && err == nil
}

// holder is the process that holds idle connections.
type holder struct {
	connections int
	cmd         *exec.Cmd
	in          io.WriteCloser
	out         *bufio.Reader
}

// startHolder starts this program once more, and returns when the connections are there.
func startHolder(ctx context.Context, address string, connections int) (*holder, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	h := &holder{connections: connections}
	h.cmd = exec.CommandContext(ctx, self, "-hold", address, "-connections", strconv.Itoa(connections))
	h.cmd.Stderr = os.Stderr
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	h.out = bufio.NewReader(out)
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	if err := h.says("held"); err != nil {
		h.kill()
		return nil, err
	}
	return h, nil
}

// says reads the next line, which must be a word with the number of all connections.
func (h *holder) says(word string) error {
	line, err := h.out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("the process that holds idle connections has ended: %w", err)
	}
	if want := fmt.Sprintf("%s %d\n", word, h.connections); line != want {
		return fmt.Errorf("of idle connections: %q, not %q", line, want)
	}
	return nil
}

// release ends it, and reports whether all connections were open until then.
func (h *holder) release() error {
	if err := h.in.Close(); err != nil {
		return err
	}
	if err := h.says("open"); err != nil {
		return err
	}
	return h.cmd.Wait()
}

// kill ends it if it has not ended.
func (h *holder) kill() {
	if h.cmd.ProcessState == nil {
		_ = h.cmd.Process.Kill()
		_ = h.cmd.Wait()
	}
}
