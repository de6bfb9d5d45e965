package daemon

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// durationUnits are what may stand behind a number of a duration, in the order in which they may follow each other.
var durationUnits = []struct {
	name string
	time time.Duration
}{
	{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
	{"ms", time.Millisecond},
}

// ParseDuration reads a duration: 0, or numbers with units, the larger first, such as 90s, 12h, 7d, 1h30m or 1.5s. Units are
// ms, s, m, h, d (24 hours) and w. A number without a unit is refused, and so is what is negative or longer than 292 years.
func ParseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	total, rest, next := time.Duration(0), text, 0
	for {
		digits := span(rest, "0123456789.")
		letters := span(rest[digits:], "abcdefghijklmnopqrstuvwxyz")
		unit := findUnit(rest[digits:digits+letters], next)
		if unit < 0 {
			return 0, notDuration(text)
		}
		part, ok := multiply(rest[:digits], int64(durationUnits[unit].time))
		if !ok || part > math.MaxInt64-int64(total) {
			return 0, notDuration(text)
		}
		total += time.Duration(part)
		rest, next = rest[digits+letters:], unit+1
		if rest == "" {
			return total, nil
		}
	}
}

// findUnit returns the index of the unit called name among those from first on, -1 if it is none of them.
func findUnit(name string, first int) int {
	for i := first; i < len(durationUnits); i++ {
		if durationUnits[i].name == name {
			return i
		}
	}
	return -1
}

// span returns how many bytes at the start of s are one of set.
func span(s, set string) int {
	n := 0
	for n < len(s) && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}

func notDuration(text string) error {
	if text != "" && span(text, "0123456789.") == len(text) {
		return fmt.Errorf("%q is not a duration; it lacks a unit: write %ss for seconds", text, text)
	}
	return fmt.Errorf("%q is not a duration; write it like 90s, 12h, 7d or 1h30m", text)
}
