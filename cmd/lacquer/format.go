package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// bytesText writes a number of bytes for people: 812 B, 20 KiB, 1.5 GiB.
func bytesText(n int64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/1024, 0
	for size >= 1023.5 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return fmt.Sprintf("%s %ciB", threeDigits(size), units[unit])
}

// threeDigits writes a number with about as many digits as anybody reads: 1.5, 20, 614.
func threeDigits(x float64) string {
	if x < 9.95 && x != math.Trunc(x) {
		return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	}
	return strconv.FormatFloat(math.Round(x), 'f', 0, 64)
}

// numberText writes a whole number with its thousands apart.
func numberText(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && digits[i-1] != '-' && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// secondsText writes a time for people: 3 ms, 1.2 s, 48 s, 2h3m, 5d12h.
func secondsText(seconds float64) string {
	if seconds < 0 {
		return "-" + secondsText(-seconds)
	}
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return threeDigits(float64(d)/float64(time.Microsecond)) + " µs"
	case d < time.Second:
		return threeDigits(float64(d)/float64(time.Millisecond)) + " ms"
	case d < 2*time.Minute:
		return threeDigits(d.Seconds()) + " s"
	case d < time.Hour:
		return twoUnits(int(d/time.Second), 60, "m", "s")
	case d < 48*time.Hour:
		return twoUnits(int(d/time.Minute), 60, "h", "m")
	}
	return twoUnits(int(d/time.Hour), 24, "d", "h")
}

// twoUnits writes n small units as large ones and the rest, which is left out if there is none.
func twoUnits(n, many int, large, small string) string {
	text := strconv.Itoa(n/many) + large
	if n%many > 0 {
		text += strconv.Itoa(n%many) + small
	}
	return text
}

// percentText writes a part of a whole; "-" where there is no whole.
func percentText(part, whole int64) string {
	if whole == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}
