package accesslog

import (
	"strconv"
	"time"
	"unicode/utf8"

	"lacquer/edge"
)

// appendJSON appends a line with one JSON object, whose keys are always all there and in this order. Times are UTC with
// milliseconds, durations are milliseconds with three decimals.
func appendJSON(line []byte, e *edge.Entry) []byte {
	line = append(line, `{"time":"`...)
	line = e.Time.UTC().AppendFormat(line, "2006-01-02T15:04:05.000Z")
	line = append(line, `","client":"`...)
	if e.Client.IsValid() {
		line = e.Client.AppendTo(line)
	}
	line = append(line, '"')
	line = appendText(line, "request_id", e.RequestID)
	line = appendText(line, "method", e.Method)
	line = appendText(line, "scheme", e.Scheme)
	line = appendText(line, "host", e.Host)
	line = appendText(line, "uri", e.URI)
	line = appendText(line, "proto", e.Proto)
	line = appendNumber(line, "status", int64(e.Status))
	line = appendNumber(line, "bytes", e.Bytes)
	line = appendDuration(line, "duration_ms", e.Duration)
	line = appendText(line, "cache", e.Record.Cache.Parameters())
	line = appendText(line, "backend", e.Backend)
	line = appendDuration(line, "backend_ms", e.Waited)
	line = appendText(line, "user", e.User)
	line = appendText(line, "referer", e.Referer)
	line = appendText(line, "agent", e.UserAgent)
	line = append(line, `,"cut":`...)
	line = strconv.AppendBool(line, e.Cut)
	return append(line, "}\n"...)
}

func appendKey(line []byte, key string) []byte {
	line = append(line, `,"`...)
	line = append(line, key...)
	return append(line, `":`...)
}

func appendNumber(line []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(line, key), n, 10)
}

func appendDuration(line []byte, key string, d time.Duration) []byte {
	return strconv.AppendFloat(appendKey(line, key), float64(d)/float64(time.Millisecond), 'f', 3, 64)
}

func appendText(line []byte, key, s string) []byte {
	line = append(appendKey(line, key), '"')
	line = appendString(line, s)
	return append(line, '"')
}

// appendString appends s as the inside of a JSON string (RFC 8259 section 7). Control characters are escaped, those of the C1 set
// as well, since terminals act on them; bytes that are no UTF-8 become U+FFFD.
func appendString(line []byte, s string) []byte {
	const digits = "0123456789abcdef"
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			line = append(line, '\\', c)
			i++
		case c >= ' ' && c < 0x7f:
			line = append(line, c)
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r < 0xa0:
				line = append(line, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
			default:
				line = utf8.AppendRune(line, r)
			}
			i += size
		}
	}
	return line
}
