package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"lacquer/bench/report"
)

// describe returns results that have everything but rows: when, where, and with what they are taken.
func (b *bench) describe(ctx context.Context) (*report.Results, error) {
	results := &report.Results{
		Date:    time.Now().UTC().Format(time.DateOnly),
		Mode:    b.mode.name,
		Rounds:  b.mode.rounds,
		Seconds: b.mode.seconds,
		Machine: machine(),
	}
	asked := [][]string{{b.binaries.lacquer, "version"}}
	for _, s := range peers {
		if s.version != nil {
			asked = append(asked, s.version)
		}
	}
	asked = append(asked, []string{"wrk", "-v"}, []string{"h2load", "--version"}, []string{"gcc", "--version"})
	for _, argv := range asked {
		line, err := firstLine(ctx, argv...)
		if err != nil {
			return nil, err
		}
		results.Versions = append(results.Versions, line)
	}
	return results, nil
}

// firstLine returns the first line that a program prints to either output. wrk prints its version and fails.
func firstLine(ctx context.Context, argv ...string) (string, error) {
	output, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	line, _, _ := strings.Cut(string(output), "\n")
	if line == "" {
		return "", fmt.Errorf("%s says no version: %w", argv[0], err)
	}
	return line, nil
}

func machine() report.Machine {
	kib, _ := strconv.Atoi(found(`MemTotal:\s+(\d+) kB`, "/proc/meminfo"))
	return report.Machine{
		Processor: found(`(?m)^model name\s*: (.*)$`, "/proc/cpuinfo"),
		Cores:     runtime.NumCPU(),
		Memory:    (kib + 1<<19) >> 20,
		Kernel:    "Linux " + found(`^(\S+)`, "/proc/sys/kernel/osrelease"),
	}
}

// found returns what an expression's parentheses match in a file; "unknown" if the file or the match is not there.
func found(expression, file string) string {
	text, err := os.ReadFile(file)
	if match := regexp.MustCompile(expression).FindSubmatch(text); err == nil && match != nil {
		return string(match[1])
	}
	return "unknown"
}
