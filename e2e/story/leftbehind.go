package story

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

var bubblePattern = regexp.MustCompile(`^goroutine \d+ \[.*synctest bubble (\d+)[^\n]*\]:`)

// leftBehind returns the stacks of goroutines in the caller's bubble that are neither the caller's nor the bubble's own,
// as an error. The bubble must be idle. Outside of a bubble it returns nil.
func leftBehind() error {
	stacks := strings.Split(allStacks(), "\n\n")
	own := bubblePattern.FindStringSubmatch(stacks[0])
	if own == nil {
		return nil
	}
	var left []string
	for _, stack := range stacks[1:] {
		m := bubblePattern.FindStringSubmatch(stack)
		if m != nil && m[1] == own[1] && !holdsBubble(stack) {
			left = append(left, stack)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("goroutines left behind: %d:\n\n%s", len(left), strings.Join(left, "\n\n"))
}

// holdsBubble says whether a stack is one of the two on which package synctest waits for the end of a bubble.
func holdsBubble(stack string) bool {
	return strings.Contains(stack, "synctest.testingSynctestTest(") || strings.Contains(stack, "internal/synctest.Run(")
}

// allStacks returns the stacks of all goroutines, the caller's first.
func allStacks() string {
	for size := 1 << 20; ; size *= 2 {
		buffer := make([]byte, size)
		if n := runtime.Stack(buffer, true); n < size {
			return string(buffer[:n])
		}
	}
}

// heap returns the bytes that live on the heap.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
