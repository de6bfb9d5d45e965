package daemon

import (
	"fmt"
	"net/netip"
	"strconv"
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

// mostNumber is more of anything than anybody wants under one name.
const mostNumber = 1_000_000

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

// someNumber reads a number of things of which there must be at least one.
func someNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostNumber {
		return 0, fmt.Errorf("%q is no number from 1 to %d", text, mostNumber)
	}
	return n, nil
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
