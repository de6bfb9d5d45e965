package main

import (
	"fmt"
	"io"
	"time"
)

// Page is what everybody asks for.
func Page() string { return page }

var (
	Run          = run
	Hold         = hold
	Visit        = visit
	IsSteady     = isSteady
	ReadResident = readResident
	Percentile   = percentile
)

// Waited returns what visit has found.
func (w wait) Waited() (requests int, p50, p99 time.Duration) { return w.requests, w.p50, w.p99 }

// Accounts returns what metrics say, in one line.
func Accounts(metrics io.Reader) (string, error) {
	m, err := parseAccounts(metrics, 0)
	return fmt.Sprintf("stacks %d heap %d objects %d other %d", m.stacks, m.heap, m.objects, m.other), err
}

// Served returns what a line of the log says to whoever waits for the server, "" if that is nothing.
func Served(line string) string {
	serving := make(chan fact, 1)
	readFact([]byte(line), serving)
	select {
	case f := <-serving:
		return fmt.Sprint(f.Addresses, f.Admin)
	default:
		return ""
	}
}

// Told returns figures of a hundred idle connections as they are printed.
func Told() string {
	return figures{
		machine: "Taken today", connections: 100, visitors: 2,
		before:     memory{resident: 20 << 20, stacks: 1 << 20, heap: 8 << 20, objects: 7 << 20, other: 3 << 20},
		with:       memory{resident: 21 << 20, stacks: 1<<20 + 409600, heap: 8 << 20, objects: 6 << 20, other: 3 << 20},
		waitBefore: wait{requests: 1000, p50: 100 * time.Microsecond, p99: 2 * time.Millisecond},
		waitWith:   wait{requests: 900, p50: 110 * time.Microsecond, p99: 3 * time.Millisecond},
	}.String()
}
