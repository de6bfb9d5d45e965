//go:build unix && (!linux || race)

package edge

import "syscall"

// readNow reads from a socket that does not wait. (The race detector learns from these calls what happens before what.)
func readNow(fd uintptr, p []byte) (int, error) { return syscall.Read(int(fd), p) }

// writeNow writes to a socket that does not wait.
func writeNow(fd uintptr, p []byte) (int, error) { return syscall.Write(int(fd), p) }
