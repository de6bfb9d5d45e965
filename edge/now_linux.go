//go:build !race

package edge

import (
	"syscall"
	"unsafe"
)

// readNow reads from a socket that does not wait. The scheduler is not told, as it must be of what may take long: that would cost a hit a twentieth of all it
// takes.
func readNow(fd uintptr, p []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// writeNow writes to a socket that does not wait, likewise; so p must not be long.
func writeNow(fd uintptr, p []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
