package daemon

import (
	"fmt"
	"net/netip"
	"time"
)

type (
	duration = time.Duration
	prefix   = netip.Prefix
)

// The least that a process can do with, and the least of a request head that browsers with a few cookies need.
const (
	leastMemory Size = 1 << 20
	leastHeader Size = 1 << 10
	mostHeader  Size = 16 << 20
)

func processMemory(text string) (Size, error) {
	size, err := ParseSize(text)
	if err == nil && size < leastMemory {
		return 0, fmt.Errorf("%s is too little; give at least %s", size, leastMemory)
	}
	return size, err
}

func headerSize(text string) (Size, error) {
	size, err := ParseSize(text)
	if err == nil && (size < leastHeader || size > mostHeader) {
		return 0, fmt.Errorf("%s is not between %s and %s", size, leastHeader, mostHeader)
	}
	return size, err
}

func bytesOf(text string) (int64, error) {
	size, err := ParseSize(text)
	return int64(size), err
}

// someTime reads a duration that must not be zero: without a limit a silent client would hold its connection for ever.
func someTime(text string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if err == nil && d == 0 {
		return 0, fmt.Errorf("%s would be no limit at all; give a time such as 60s", text)
	}
	return d, err
}
