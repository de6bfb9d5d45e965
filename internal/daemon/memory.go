package daemon

import (
	"io/fs"
	"math"
	"strconv"
	"strings"
)

const (
	leastDefaultMemory   Size = 32 << 20
	unknownMachineMemory Size = 512 << 20 // taken where the machine does not tell: no /proc
)

// defaultMemory returns three quarters of what the machine or its control group has left, whichever is less, and at least
// 32 MiB. system is the root of the file system.
func defaultMemory(system fs.FS) Size {
	left, known := machineMemoryLeft(system)
	if group, limited := groupMemoryLeft(system); limited && (!known || group < left) {
		left, known = group, true
	}
	if !known {
		return unknownMachineMemory
	}
	return max(left/4*3, leastDefaultMemory)
}

// machineMemoryLeft returns what Linux estimates that a new program may use without swapping (proc(5), MemAvailable).
func machineMemoryLeft(system fs.FS) (Size, bool) {
	kib, ok := readCounter(system, "proc/meminfo", "MemAvailable:")
	return kib * 1024, ok
}

// groupMemoryLeft returns what the strictest of the control groups above this process leaves it; false if none limits memory.
func groupMemoryLeft(system fs.FS) (left Size, limited bool) {
	groups, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(groups)) {
		// hierarchy-ID:controllers:path (cgroups(7)); version 2 has the number 0 and no controllers.
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		var version groupVersion
		switch {
		case part[0] == "0" && part[1] == "":
			version = groupVersion2
		case containsWord(part[1], "memory"):
			version = groupVersion1
		default:
			continue
		}
		if l, ok := version.left(system, part[2]); ok && (!limited || l < left) {
			left, limited = l, true
		}
	}
	return left, limited
}

// groupVersion says where a version of control groups keeps what.
type groupVersion struct {
	root  string // where the hierarchy is mounted
	limit string // file of the limit: bytes or "max"
	usage string // file of what is in use, page cache included
	cache string // in memory.stat, what of that can be had back at once
}

var (
	groupVersion1 = groupVersion{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	groupVersion2 = groupVersion{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"}
)

// left looks at the group called path and at all above it. In a container the path may be the host's, of which only the root
// is to be seen: what does not exist there limits nothing.
func (v groupVersion) left(system fs.FS, path string) (left Size, limited bool) {
	path = strings.Trim(path, "/")
	for {
		if l, ok := v.leftIn(system, path); ok && (!limited || l < left) {
			left, limited = l, true
		}
		if path == "" {
			return left, limited
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
}

func (v groupVersion) leftIn(system fs.FS, path string) (Size, bool) {
	directory := v.root
	if path != "" {
		directory += "/" + path
	}
	// Version 1 says that there is no limit by one near the largest number.
	limit, ok := readCounter(system, directory+"/"+v.limit, "")
	if !ok || limit > math.MaxInt64/2 {
		return 0, false
	}
	usage, _ := readCounter(system, directory+"/"+v.usage, "")
	cache, _ := readCounter(system, directory+"/memory.stat", v.cache)
	return max(limit-max(usage-cache, 0), 0), true
}

// readCounter returns the number behind name in the lines of a file, or the first number of the file if name is "".
func readCounter(system fs.FS, file, name string) (Size, bool) {
	text, err := fs.ReadFile(system, file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if name != "" {
			if len(words) == 0 || words[0] != name {
				continue
			}
			words = words[1:]
		}
		if len(words) == 0 {
			return 0, false
		}
		n, err := strconv.ParseInt(words[0], 10, 64)
		return Size(n), err == nil && n >= 0
	}
	return 0, false
}

func containsWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

const (
	// programText is what the program's own pages take of the process, which the collector does not see.
	programText = 14 << 20
	// programHeap is what it needs before it has served anybody: rules, tables, buffers of connections.
	programHeap = 10 << 20
)

// HeapLimit returns what the collector may let the heap grow to, so that the process stays within memory.
func HeapLimit(memory Size) int64 { return max(int64(memory)-programText, int64(memory)/2) }

// storeMemory returns what of memory is left for the store and its garbage.
func storeMemory(memory Size) int64 {
	return max(int64(memory)-programText-programHeap, int64(memory)/3)
}
