package slow_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// attack is one run of slowhttptest.
type attack struct {
	program     string
	connections int
	rate        int           // connections that are opened each second
	length      time.Duration // after which it ends, if connections are still open
	target      string        // URL
	mode        []string      // flags that say what is slow, and how slow
}

// report is what slowhttptest says when it is over.
type report struct {
	seconds   []second // one for each second
	allClosed bool     // it ended because the server had closed every connection
	output    string
}

// second is a line of its statistics: how many connections were in which state.
type second struct {
	closed, pending, connected int
}

// most returns how many connections were open at once, in the second in which that was most.
func (r report) most() (n int) {
	for _, s := range r.seconds {
		n = max(n, s.connected)
	}
	return n
}

// run attacks, and returns when that is over.
func (a attack) run(t *testing.T) report {
	t.Helper()
	const overrun = time.Minute // to open connections on a busy machine, and to write the report
	ctx, cancel := context.WithTimeout(t.Context(), a.length+overrun)
	defer cancel()
	name := filepath.Join(t.TempDir(), "report")
	command := exec.CommandContext(ctx, a.program, append(a.mode,
		"-c", strconv.Itoa(a.connections),
		"-r", strconv.Itoa(a.rate),
		"-l", strconv.Itoa(int(a.length/time.Second)),
		"-u", a.target,
		"-p", "30", // for its own probe, which is no test here
		"-g", "-o", name, "-v", "1")...)
	output, err := command.CombinedOutput()
	r := report{output: plain(string(output))}
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, r.output)
	}
	r.allClosed = strings.Contains(r.output, "No open connections left")
	statistics, err := os.ReadFile(name + ".csv")
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, r.output)
	}
	if r.seconds, err = parseStatistics(string(statistics)); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, statistics)
	}
	return r
}

// parseStatistics reads the CSV file of slowhttptest.
func parseStatistics(text string) (seconds []second, err error) {
	const header = "Seconds,Closed,Pending,Connected,Service Available"
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) < 2 || strings.Join(lines[0], ",") != header {
		return nil, fmt.Errorf("no statistics of the form %q", header)
	}
	for _, line := range lines[1:] {
		var s second
		for i, column := range []*int{&s.closed, &s.pending, &s.connected} {
			if *column, err = strconv.Atoi(line[i+1]); err != nil {
				return nil, fmt.Errorf("second %s: %w", line[0], err)
			}
		}
		seconds = append(seconds, s)
	}
	return seconds, nil
}

var escape = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)

// plain takes off what would colour a terminal.
func plain(text string) string { return escape.ReplaceAllString(text, "") }

func TestParseStatistics(t *testing.T) {
	const header = "Seconds,Closed,Pending,Connected,Service Available\n"
	f := func(text, want string) {
		t.Helper()
		seconds, err := parseStatistics(text)
		if got := fmt.Sprint(seconds); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: got %s, %v; want %s", text, got, err, want)
		}
	}

	f(header+"0,0,1,0,500\n4,243,0,257,500\n", "[{0 1 0} {243 0 257}]")
	// Not one second, or something else.
	f(header, "")
	f("", "")
	f("Seconds,Closed\n1,2\n", "")
	f(header+"0,a,1,0,500\n", "")
	f(header+"0,1\n", "")
}

func TestPlain(t *testing.T) {
	if got := plain("Exit status:\x1b[1;36m No open connections left\n\x1b[0m"); got != "Exit status: No open connections left\n" {
		t.Errorf("%q", got)
	}
}
