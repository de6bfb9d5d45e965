package measure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Load is what a load generator saw of a server.
type Load struct {
	Requests int64         // that were answered
	Failed   int64         // refused, broken off, timed out, or answered with a status of 400 or more
	Duration time.Duration // of the whole run
	P50, P99 time.Duration // of the time to the last byte of an answer
}

// wrkLine is what load.lua prints when a run of wrk is over.
const wrkLine = "measured requests=%d failed=%d duration_us=%d p50_us=%d p99_us=%d"

// ParseWRK finds in the output of wrk the line that load.lua adds to it.
func ParseWRK(output string) (Load, error) {
	for line := range strings.Lines(output) {
		var l Load
		var duration, p50, p99 int64
		if !strings.HasPrefix(line, "measured ") {
			continue
		}
		if _, err := fmt.Sscanf(line, wrkLine, &l.Requests, &l.Failed, &duration, &p50, &p99); err != nil {
			return Load{}, fmt.Errorf("wrk: %q: %w", strings.TrimSpace(line), err)
		}
		l.Duration = time.Duration(duration) * time.Microsecond
		l.P50, l.P99 = time.Duration(p50)*time.Microsecond, time.Duration(p99)*time.Microsecond
		return l, l.check()
	}
	return Load{}, fmt.Errorf("wrk: no line of the form %q in its output: %s", wrkLine, output)
}

var (
	h2loadFinished = regexp.MustCompile(`(?m)^finished in ([0-9.]+(?:us|ms|s|m)),`)
	h2loadRequests = regexp.MustCompile(`(?m)^requests: .* (\d+) succeeded, (\d+) failed,`) // errors and timeouts are among the failed
)

// ParseH2load reads the output of h2load, and the percentiles from the log of its requests (--log-file): when each began, its status, and
// its length, in microseconds.
func ParseH2load(output string, log io.Reader) (Load, error) {
	finished, requests := h2loadFinished.FindStringSubmatch(output), h2loadRequests.FindStringSubmatch(output)
	if finished == nil || requests == nil {
		return Load{}, fmt.Errorf("h2load: no lines that begin with \"finished in\" and \"requests:\" in its output: %s", output)
	}
	var l Load
	var err error
	if l.Duration, err = time.ParseDuration(finished[1]); err != nil {
		return Load{}, fmt.Errorf("h2load: %q: %w", finished[0], err)
	}
	if l.Requests, err = strconv.ParseInt(requests[1], 10, 64); err != nil {
		return Load{}, fmt.Errorf("h2load: %q: %w", requests[0], err)
	}
	if l.Failed, err = strconv.ParseInt(requests[2], 10, 64); err != nil {
		return Load{}, fmt.Errorf("h2load: %q: %w", requests[0], err)
	}
	if l.P50, l.P99, err = h2loadPercentiles(log); err != nil {
		return Load{}, err
	}
	return l, l.check()
}

func h2loadPercentiles(log io.Reader) (p50, p99 time.Duration, err error) {
	var lengths []time.Duration
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var begin, status, length int64
		if _, err := fmt.Sscan(lines.Text(), &begin, &status, &length); err != nil {
			return 0, 0, fmt.Errorf("h2load's log: %q: %w", lines.Text(), err)
		}
		if status >= 0 { // a stream that was broken off has none
			lengths = append(lengths, time.Duration(length)*time.Microsecond)
		}
	}
	if err := lines.Err(); err != nil {
		return 0, 0, fmt.Errorf("h2load's log: %w", err)
	}
	if len(lengths) == 0 {
		return 0, 0, errors.New("h2load's log: no request was answered")
	}
	slices.Sort(lengths)
	return percentile(lengths, 50), percentile(lengths, 99), nil
}

// percentile returns the least of ascending values that is not below p percent of them: the nearest rank.
func percentile(ascending []time.Duration, p int) time.Duration {
	return ascending[max(0, (len(ascending)*p+99)/100-1)]
}

func (l Load) check() error {
	if l.Requests <= 0 || l.Duration <= 0 {
		return errors.New("not one request was answered")
	}
	return nil
}

// PerSecond returns how many requests were answered each second.
func (l Load) PerSecond() float64 { return float64(l.Requests) / l.Duration.Seconds() }
