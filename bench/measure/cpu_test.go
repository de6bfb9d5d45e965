package measure_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lacquer/bench/measure"
)

func TestCPU(t *testing.T) {
	f := func(files map[string]string, root int, want time.Duration, wantError string) {
		t.Helper()
		proc := fstest.MapFS{}
		for name, text := range files {
			proc[name] = &fstest.MapFile{Data: []byte(text)}
		}
		got, err := measure.CPU(proc, root)
		if got != want || (err == nil) != (wantError == "") || err != nil && !strings.Contains(err.Error(), wantError) {
			t.Errorf("%v: got %v, %v; want %v, %q", files, got, err, want, wantError)
		}
	}

	// A line as Linux writes it: utime 9, stime 156, cutime 1, cstime 2, in hundredths of a second.
	alone := "71 (floor) S 1 71 70 0 -1 4194560 201 0 0 0 9 156 1 2 20 0 1 0 12345 2662400 400 18446744073709551615\n"
	f(map[string]string{"71/stat": alone}, 71, 1680*time.Millisecond, "")
	// A name with whatever its owner likes.
	f(map[string]string{"71/stat": strings.Replace(alone, "(floor)", "(a) R 9 (b c)", 1)}, 71, 1680*time.Millisecond, "")
	// Children and grandchildren count, others do not; what is no process is passed over.
	f(map[string]string{
		"71/stat": "71 (nginx) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20",
		"72/stat": "72 (nginx) S 71 1 1 0 -1 0 0 0 0 0 10 20 0 0 20",
		"73/stat": "73 (nginx) S 72 1 1 0 -1 0 0 0 0 0 100 200 0 0 20",
		"74/stat": "74 (wrk) S 1 1 1 0 -1 0 0 0 0 0 1000 2000 0 0 20",
		"uptime":  "12.3",
	}, 71, 3320*time.Millisecond, "")
	// A process that ended while the others were read leaves an empty directory.
	f(map[string]string{"71/stat": alone, "72/status": ""}, 71, 1680*time.Millisecond, "")
	// Parents in a circle.
	f(map[string]string{
		"71/stat": alone,
		"72/stat": "72 (a) S 73 1 1 0 -1 0 0 0 0 0 10 20 0 0 20",
		"73/stat": "73 (b) S 72 1 1 0 -1 0 0 0 0 0 10 20 0 0 20",
	}, 71, 1680*time.Millisecond, "")
	// The server has died.
	f(map[string]string{"72/stat": alone}, 71, 0, "process 71 is not there")
	// Not what Linux writes.
	f(map[string]string{"71/stat": "71 (floor) S 1"}, 71, 0, "/proc/71/stat: fewer fields")
	f(map[string]string{"71/stat": strings.Replace(alone, "156", "x", 1)}, 71, 0, "/proc/71/stat: time")
	f(map[string]string{"71/stat": strings.Replace(alone, "S 1", "S x", 1)}, 71, 0, "/proc/71/stat: parent")
}
