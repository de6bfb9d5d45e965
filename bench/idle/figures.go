package main

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// figures are all that was found.
type figures struct {
	machine               string
	connections, visitors int
	before, with          memory // without, and with the idle connections
	waitBefore, waitWith  wait   // likewise
}

// each returns what one idle connection takes of what is counted.
func (f figures) each(count func(memory) int64) int64 {
	return (count(f.with) - count(f.before)) / int64(f.connections)
}

// String returns the figures as Markdown.
func (f figures) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %d idle connections, each after one request; %d others that ask all the time.\n\n", f.machine, f.connections, f.visitors)
	fmt.Fprintf(&b, "| memory | before | with them | bytes each |\n|---|--:|--:|--:|\n")
	row := func(name string, count func(memory) int64) {
		fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", name, mib(count(f.before)), mib(count(f.with)), f.each(count))
	}
	row("**resident**", func(m memory) int64 { return m.resident })
	row("stacks of goroutines", func(m memory) int64 { return m.stacks })
	row("heap in use", func(m memory) int64 { return m.heap })
	row("objects on it, garbage included", func(m memory) int64 { return m.objects })
	row("the runtime's own", func(m memory) int64 { return m.other })

	fmt.Fprintf(&b, "\n| others wait | before | with them | ratio |\n|---|--:|--:|--:|\n")
	waiting := func(name string, before, with time.Duration) {
		fmt.Fprintf(&b, "| %s | %s | %s | %.2f |\n", name, micros(before), micros(with), float64(with)/float64(before))
	}
	waiting("p50", f.waitBefore.p50, f.waitWith.p50)
	waiting("p99", f.waitBefore.p99, f.waitWith.p99)
	fmt.Fprintf(&b, "| answers | %d | %d | %.2f |\n", f.waitBefore.requests, f.waitWith.requests, float64(f.waitWith.requests)/float64(f.waitBefore.requests))
	return b.String()
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func micros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }

// machine names where and when the figures were taken.
func machine() string {
	processor := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if match := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(text); match != nil {
			processor = string(match[1])
		}
	}
	return fmt.Sprintf("Taken on %s on %s, %d cores, %s", time.Now().UTC().Format(time.DateOnly), processor, runtime.NumCPU(), runtime.Version())
}
