package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// memory is what a process has, in bytes.
type memory struct {
	resident int64
	// What the Go runtime says of it.
	stacks  int64 // of goroutines
	heap    int64 // spans in use: objects, and the gaps between them
	objects int64 // on the heap, those that are garbage and not yet swept included
	other   int64 // the runtime's own: what it knows of spans, collection, timers
}

const (
	look   = time.Second // between two looks at memory
	steady = 5           // looks that must say the same
)

// settled waits until the resident memory of the server stays the same within a hundredth, for at most limit, and returns it.
func (l *lacquer) settled(ctx context.Context, limit time.Duration) (memory, error) {
	var looks []int64
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for end := time.Now().Add(limit); ; {
		resident, err := readResident(fmt.Sprintf("/proc/%d/status", l.cmd.Process.Pid))
		if err != nil {
			return memory{}, err
		}
		looks = append(looks, resident)
		if isSteady(looks) || time.Now().After(end) {
			return l.accounts(ctx, resident)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return memory{}, ctx.Err()
		}
	}
}

// isSteady reports whether the last looks at memory say the same.
func isSteady(looks []int64) bool {
	if len(looks) < steady {
		return false
	}
	last := looks[len(looks)-steady:]
	least, most := slices.Min(last), slices.Max(last)
	return most-least <= most/100
}

// readResident reads VmRSS of /proc/PID/status (man 5 proc).
func readResident(file string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == "VmRSS:" && words[2] == "kB" {
			kib, err := strconv.ParseInt(words[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("%s: no line VmRSS", file)
}

// accounts asks the server's administration what its runtime says.
func (l *lacquer) accounts(ctx context.Context, resident int64) (memory, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.admin+"/metrics", nil)
	if err != nil {
		return memory{}, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return memory{}, fmt.Errorf("ask for metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return memory{}, fmt.Errorf("ask for metrics: %s", response.Status)
	}
	return parseAccounts(response.Body, resident)
}

// parseAccounts reads metrics in the text format of Prometheus.
func parseAccounts(metrics io.Reader, resident int64) (memory, error) {
	values := make(map[string]float64)
	lines := bufio.NewScanner(metrics)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(text, 64); err == nil {
			values[name] = value
		}
	}
	if err := lines.Err(); err != nil {
		return memory{}, fmt.Errorf("metrics: %w", err)
	}
	sum := func(names ...string) (n int64) {
		for _, name := range names {
			n += int64(values["go_memstats_"+name+"_bytes"])
		}
		return n
	}
	m := memory{
		resident: resident,
		stacks:   sum("stack_inuse"),
		heap:     sum("heap_inuse"),
		objects:  sum("heap_alloc"),
		other:    sum("mspan_inuse", "gc_sys", "other_sys"),
	}
	if m.stacks == 0 || m.heap == 0 {
		return memory{}, errors.New("metrics: no go_memstats_stack_inuse_bytes and go_memstats_heap_inuse_bytes among them")
	}
	return m, nil
}
