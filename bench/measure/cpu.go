package measure

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"
)

// tick is the unit of times in /proc/PID/stat: USER_HZ, which Linux has fixed at 100 for user space (man 5 proc).
const tick = time.Second / 100

// process is what /proc/PID/stat says of one.
type process struct {
	parent int
	spent  time.Duration
}

// CPU returns the processor time, in user and kernel mode, that a process and all its descendants have spent so far: their threads and
// those of their children that have ended and been waited for included. It never falls while root lives. proc is /proc.
func CPU(proc fs.FS, root int) (time.Duration, error) {
	entries, err := fs.ReadDir(proc, ".")
	if err != nil {
		return 0, fmt.Errorf("list processes: %w", err)
	}
	all := make(map[int]process)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := fs.ReadFile(proc, e.Name()+"/stat")
		if err != nil {
			continue // it has ended meanwhile; if it was root, that is found out below
		}
		if all[pid], err = parseStat(stat); err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
	}
	if _, ok := all[root]; !ok {
		return 0, fmt.Errorf("process %d is not there", root)
	}
	var sum time.Duration
	for pid, p := range all {
		if descends(all, pid, root) {
			sum += p.spent
		}
	}
	return sum, nil
}

// descends reports whether root is pid, or a forefather of it. The steps are bounded: the entries were read one after the other, and
// an identifier that was used again meanwhile could close a circle.
func descends(all map[int]process, pid, root int) bool {
	for range len(all) {
		if pid == root {
			return true
		}
		pid = all[pid].parent
	}
	return false
}

// parseStat reads the parent and the times of /proc/PID/stat. The name of the program stands in parentheses and may hold anything, so the
// fields are counted from the last parenthesis on: state is the third of man 5 proc.
func parseStat(stat []byte) (process, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 15 {
		return process{}, errors.New("fewer fields than man 5 proc says")
	}
	parent, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return process{}, fmt.Errorf("parent: %w", err)
	}
	p := process{parent: parent}
	for _, f := range fields[11:15] { // utime, stime, cutime, cstime
		ticks, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return process{}, fmt.Errorf("time: %w", err)
		}
		p.spent += time.Duration(ticks) * tick
	}
	return p, nil
}
