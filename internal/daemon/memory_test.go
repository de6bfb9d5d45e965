package daemon_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"lacquer/internal/daemon"
)

// TestDefaultMemory loads a configuration that says nothing of memory, over systems that are written down here.
func TestDefaultMemory(t *testing.T) {
	const MiB = 1 << 20
	number := func(mib int) string { return fmt.Sprintln(mib * MiB) }
	machine := func(mib int) string {
		return fmt.Sprintf("MemTotal:       99999999 kB\nMemFree:               1 kB\nMemAvailable:   %d kB\nBuffers: 5 kB\n", mib*1024)
	}
	f := func(want daemon.Size, files map[string]string) {
		t.Helper()
		system := fstest.MapFS{}
		for name, text := range files {
			system[name] = &fstest.MapFile{Data: []byte(text)}
		}
		got := load(t, daemon.Source{Flags: daemon.Flags{Backend: "http://127.0.0.1"}, System: system}).Cache.Memory
		if got != want {
			t.Errorf("%v: got %s, want %s", files, got, want)
		}
	}

	// Three quarters of what the machine has left.
	f(3072*MiB, map[string]string{"proc/meminfo": machine(4096)})
	// Never less than the least that is of use.
	f(32*MiB, map[string]string{"proc/meminfo": machine(16)})
	// A system that tells nothing.
	f(512*MiB, nil)
	f(512*MiB, map[string]string{"proc/meminfo": "MemTotal: 1 kB\n"})

	// Version 2: the limit less what is in use; page cache that can be had back does not count as use.
	f(600*MiB, map[string]string{
		"proc/meminfo":                 machine(4096),
		"proc/self/cgroup":             "0::/\n",
		"sys/fs/cgroup/memory.max":     number(1000),
		"sys/fs/cgroup/memory.current": number(300),
		"sys/fs/cgroup/memory.stat":    "anon 1\nfile 2\ninactive_file " + number(100) + "active_file 7\n",
	})
	// The strictest of the groups above counts.
	f(300*MiB, map[string]string{
		"proc/meminfo":                                   machine(4096),
		"proc/self/cgroup":                               "0::/a.slice/b.service\n",
		"sys/fs/cgroup/a.slice/memory.max":               number(500),
		"sys/fs/cgroup/a.slice/memory.current":           number(100),
		"sys/fs/cgroup/a.slice/b.service/memory.max":     number(1000),
		"sys/fs/cgroup/a.slice/b.service/memory.current": number(100),
	})
	// No limit, and a limit above what the machine has.
	f(3072*MiB, map[string]string{
		"proc/meminfo":               machine(4096),
		"proc/self/cgroup":           "0::/x\n",
		"sys/fs/cgroup/x/memory.max": "max\n",
	})
	f(3072*MiB, map[string]string{
		"proc/meminfo":               machine(4096),
		"proc/self/cgroup":           "0::/x\n",
		"sys/fs/cgroup/x/memory.max": number(9000),
	})
	// More in use than allowed.
	f(32*MiB, map[string]string{
		"proc/meminfo":                   machine(4096),
		"proc/self/cgroup":               "0::/x\n",
		"sys/fs/cgroup/x/memory.max":     number(100),
		"sys/fs/cgroup/x/memory.current": number(200),
	})

	// Version 1, in a container that sees only the root of its own hierarchy.
	f(300*MiB, map[string]string{
		"proc/meminfo":     machine(4096),
		"proc/self/cgroup": "12:pids:/docker/abc\n4:cpu,memory:/docker/abc\n1:name=systemd:/docker/abc\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes": number(500),
		"sys/fs/cgroup/memory/memory.usage_in_bytes": number(150),
		"sys/fs/cgroup/memory/memory.stat":           "inactive_file 1\ntotal_inactive_file " + number(50),
	})
	// Its number for no limit.
	f(3072*MiB, map[string]string{
		"proc/meminfo":     machine(4096),
		"proc/self/cgroup": "4:memory:/\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
	})
}
