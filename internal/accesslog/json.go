package accesslog

import (
	"strconv"
	"time"
	"unicode/utf8"

	"lacquer/edge"
)

// appendJSON appends an entry as one JSON object. Its keys are stable, and all of them are always there.
func appendJSON(dst []byte, e *edge.Entry) []byte {
	dst = append(dst, `{"time":"`...)
	dst = e.Time.UTC().AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, `","client":"`...)
	dst = appendAddress(dst, e.Client)
	dst = append(dst, '"')
	dst = appendString(dst, "request_id", e.RequestID)
	dst = appendString(dst, "method", e.Method)
	dst = appendString(dst, "scheme", e.Scheme)
	dst = appendString(dst, "host", e.Host)
	dst = appendString(dst, "uri", e.URI)
	dst = appendString(dst, "proto", e.Proto)
	dst = appendInt(dst, "status", int64(e.Status))
	dst = appendInt(dst, "bytes", e.Bytes)
	dst = appendMilliseconds(dst, "duration_ms", e.Duration)
	dst = appendMilliseconds(dst, "origin_ms", e.Waited)
	dst = appendString(dst, "cache", e.Cache)
	dst = appendString(dst, "backend", e.Backend)
	dst = append(dst, `,"cut":`...)
	dst = strconv.AppendBool(dst, e.Cut)
	dst = appendString(dst, "referer", e.Referer)
	dst = appendString(dst, "agent", e.UserAgent)
	return append(dst, '}')
}

func appendInt(dst []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(dst, key), n, 10)
}

func appendMilliseconds(dst []byte, key string, d time.Duration) []byte {
	return strconv.AppendFloat(appendKey(dst, key), float64(d.Microseconds())/1000, 'f', 3, 64)
}

func appendKey(dst []byte, key string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, key...)
	return append(dst, `":`...)
}

// appendString appends a member. What is no UTF-8 becomes U+FFFD, as JSON holds nothing else.
func appendString(dst []byte, key, value string) []byte {
	const hex = "0123456789abcdef"
	dst = append(appendKey(dst, key), '"')
	for _, c := range value {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c < ' ' || c == 0x7f:
			dst = append(dst, `\u00`...)
			dst = append(dst, hex[c>>4], hex[c&15])
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, '"')
}
