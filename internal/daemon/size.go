package daemon

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes, never negative.
type Size int64

// sizeUnits are what may stand behind the number of a size: powers of 1024, and of 1000 as disks are sold.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3},
	{"B", 1}, {"", 1},
}

// ParseSize reads a size: a number of bytes, or one with a unit behind it, such as 512MiB, 1.5GiB or 64KiB. Units are read
// without regard to case. A letter alone (512M) is refused: programs do not agree on what it means.
func ParseSize(text string) (Size, error) {
	end := strings.LastIndexAny(text, "0123456789.") + 1
	number, unit := text[:end], strings.TrimSpace(text[end:])
	for _, u := range sizeUnits {
		if !strings.EqualFold(unit, u.name) {
			continue
		}
		bytes, ok := multiply(number, u.bytes)
		if !ok {
			break
		}
		return Size(bytes), nil
	}
	if len(unit) == 1 && strings.ContainsAny(unit, "kKmMgGtT") {
		return 0, fmt.Errorf("%q is not a size; write %s%siB", text, number, strings.ToUpper(unit))
	}
	return 0, fmt.Errorf("%q is not a size; write it like 512MiB or 64KiB, or as a number of bytes", text)
}

// multiply returns number times factor, exactly for whole numbers. It fails for what is no plain decimal number, and for what
// does not fit.
func multiply(number string, factor int64) (int64, bool) {
	if number == "" || strings.Trim(number, "0123456789.") != "" || strings.HasPrefix(number, ".") || strings.HasSuffix(number, ".") {
		return 0, false
	}
	if whole, err := strconv.ParseInt(number, 10, 64); err == nil {
		return whole * factor, whole <= math.MaxInt64/factor
	}
	fraction, err := strconv.ParseFloat(number, 64)
	product := fraction * float64(factor)
	return int64(product), err == nil && product < math.MaxInt64
}

// String writes the size exactly, with the largest power of 1024 that divides it, as long as that takes four digits; else with
// one decimal.
func (s Size) String() string {
	for _, u := range sizeUnits[:4] {
		if count := int64(s) / u.bytes; int64(s)%u.bytes == 0 && 0 < count && count < 10_000 {
			return strconv.FormatInt(count, 10) + u.name
		}
	}
	for _, u := range sizeUnits[:3] {
		if int64(s) >= u.bytes {
			return strconv.FormatFloat(float64(s)/float64(u.bytes), 'f', 1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}
