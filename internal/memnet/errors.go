package memnet

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// contextError is a dial that was given up, in the manner of package net: both "timeout" in the sense of net.Error and the
// context's own error.
type contextError struct{ err error }

func (e contextError) Error() string {
	if e.Timeout() {
		return "i/o timeout"
	}
	return "operation was canceled"
}

func (e contextError) Timeout() bool   { return errors.Is(e.err, context.DeadlineExceeded) }
func (e contextError) Temporary() bool { return e.Timeout() }
func (e contextError) Unwrap() error   { return e.err }

func syscallError(call string, number syscall.Errno) error { return os.NewSyscallError(call, number) }

// refusal is what a dial gets where nobody listens.
func refusal(e endpoint) error {
	if e.path != "" {
		return syscallError("connect", syscall.ENOENT)
	}
	return syscallError("connect", syscall.ECONNREFUSED)
}
