package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are what may stand behind the numbers of a duration, in the order in which they may follow each other.
var units = []struct {
	name string
	time time.Duration
}{
	{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

// parseDuration reads a duration as the rest of the configuration writes it: 0, or numbers with units, the larger unit first: 90s,
// 12h, 7d, 1h30m, 1.5s. It is never negative.
func parseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	total, rest, next := 0.0, text, 0
	for {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		letters := len(rest) - digits - len(strings.TrimLeft(rest[digits:], "abcdefghijklmnopqrstuvwxyz"))
		unit := unitFrom(next, rest[digits:digits+letters])
		number, err := strconv.ParseFloat(rest[:digits], 64)
		if unit < 0 || err != nil {
			return 0, notDuration(text)
		}
		if total += number * float64(units[unit].time); total >= math.MaxInt64 {
			return 0, fmt.Errorf("%q is longer than 292 years", text)
		}
		if rest, next = rest[digits+letters:], unit+1; rest == "" {
			return time.Duration(math.Round(total)), nil
		}
	}
}

// unitFrom returns the index of the unit called name among those from first on, -1 if it is none of them.
func unitFrom(first int, name string) int {
	for i := first; i < len(units); i++ {
		if units[i].name == name {
			return i
		}
	}
	return -1
}

func notDuration(text string) error {
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		return fmt.Errorf("%q is no duration: it lacks a unit, write %ss for seconds", text, text)
	}
	return fmt.Errorf("%q is no duration: write it like 90s, 12h, 7d or 1h30m", text)
}

// durationText writes a duration in seconds, as header fields want it: 90s, 0.5s.
func durationText(d time.Duration) string {
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}
