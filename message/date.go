package message

import (
	"strings"
	"time"
)

// dateFormat is IMF-fixdate, the only format that is generated (RFC 9110 section 5.6.7).
const dateFormat = "Mon, 02 Jan 2006 15:04:05 GMT"

// AppendDate appends t as a field value, in whole seconds. The year must have four digits.
func AppendDate(dst []byte, t time.Time) []byte { return t.UTC().AppendFormat(dst, dateFormat) }

// FormatDate returns t as a field value, in whole seconds. The year must have four digits.
func FormatDate(t time.Time) string { return t.UTC().Format(dateFormat) }

// ParseDate reads an HTTP-date in any of the three formats of RFC 9110 section 5.6.7, to the byte: digits in their number, one space where
// one is, GMT and no other zone. Only the case of names may be any: section 5.6.7 has recipients be robust, and no name means
// another in capitals. That the weekday is the right one is not demanded. Years of two digits (RFC 850) are the
// latest that are not more than 50 years after now. The result is in UTC.
func ParseDate(s string, now time.Time) (time.Time, bool) {
	switch {
	case len(s) == len(dateFormat) && s[3] == ',':
		return parseFixdate(s)
	case len(s) == len("Mon Jan _2 15:04:05 2006") && s[3] == ' ':
		return parseAsctime(s)
	}
	return parseRFC850(s, now)
}

// parseFixdate reads "Sun, 06 Nov 1994 08:49:37 GMT".
func parseFixdate(s string) (time.Time, bool) {
	if !isDayName(s[:3]) || s[4] != ' ' || s[7] != ' ' || s[11] != ' ' || s[16] != ' ' || !EqualFold(s[25:], " GMT") {
		return time.Time{}, false
	}
	return date(decimal(s[12:16]), s[8:11], decimal(s[5:7]), s[17:25])
}

// parseAsctime reads "Sun Nov  6 08:49:37 1994".
func parseAsctime(s string) (time.Time, bool) {
	if !isDayName(s[:3]) || s[7] != ' ' || s[10] != ' ' || s[19] != ' ' {
		return time.Time{}, false
	}
	day := decimal(s[8:10])
	if s[8] == ' ' {
		day = decimal(s[9:10])
	} else if s[8] == '0' {
		return time.Time{}, false
	}
	return date(decimal(s[20:]), s[4:7], day, s[11:19])
}

// parseRFC850 reads "Sunday, 06-Nov-94 08:49:37 GMT".
func parseRFC850(s string, now time.Time) (time.Time, bool) {
	day, s, ok := strings.Cut(s, ", ")
	if !ok || !isLongDayName(day) || len(s) != len("06-Nov-94 08:49:37 GMT") {
		return time.Time{}, false
	}
	year := decimal(s[7:9])
	if year < 0 || s[2] != '-' || s[6] != '-' || s[9] != ' ' || !EqualFold(s[18:], " GMT") {
		return time.Time{}, false
	}
	latest := now.UTC().AddDate(50, 0, 0)
	year += latest.Year() / 100 * 100
	for _, y := range [...]int{year, year - 100} {
		if t, ok := date(y, s[3:6], decimal(s[:2]), s[10:18]); ok && !t.After(latest) {
			return t, true
		}
	}
	return time.Time{}, false
}

// date puts the parts together; a negative number is one that was not read. A leap second is the first of the next minute.
func date(year int, monthName string, day int, clock string) (time.Time, bool) {
	month := monthOf(monthName)
	hour, minute, second := decimal(clock[:2]), decimal(clock[3:5]), decimal(clock[6:])
	if clock[2] != ':' || clock[5] != ':' || year < 0 || month == 0 || day < 1 ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return time.Time{}, false
	}
	if midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); midnight.Day() != day {
		return time.Time{}, false
	}
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC), true
}

// decimal reads digits only, -1 if there is anything else.
func decimal(s string) int {
	n, ok := number(s)
	if !ok {
		return -1
	}
	return int(n)
}

var longDayNames = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

const (
	dayNames   = "MonTueWedThuFriSatSun"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

func isDayName(s string) bool { return nameIndex(dayNames, s) >= 0 }

func isLongDayName(s string) bool {
	return isOneOf(s, longDayNames)
}

func monthOf(s string) time.Month { return time.Month(nameIndex(monthNames, s) + 1) }

// nameIndex returns which of the names of three letters s is, in whatever case, -1 if none.
func nameIndex(names, s string) int {
	for i := 0; i < len(names); i += 3 {
		if EqualFold(names[i:i+3], s) {
			return i / 3
		}
	}
	return -1
}
