package accesslog

import (
	"net/netip"
	"strconv"

	"lacquer/edge"
)

// appendCombined appends an entry in the combined log format of web servers: host ident user [time] "request" status bytes "referer"
// "user agent", and behind them the Cache-Status in quotes, where readers of the format expect nothing any more.
func appendCombined(dst []byte, e *edge.Entry) []byte {
	dst = appendAddress(dst, e.Client)
	dst = append(dst, " - "...)
	dst = appendWord(dst, e.User)
	dst = append(dst, " ["...)
	dst = e.Time.AppendFormat(dst, "02/Jan/2006:15:04:05 -0700")
	dst = append(dst, `] "`...)
	dst = appendEscaped(dst, e.Method)
	dst = append(dst, ' ')
	dst = appendEscaped(dst, e.URI)
	dst = append(dst, ' ')
	dst = appendEscaped(dst, e.Proto)
	dst = append(dst, `" `...)
	dst = strconv.AppendInt(dst, int64(e.Status), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, e.Bytes, 10)
	for _, quoted := range [...]string{e.Referer, e.UserAgent, e.Cache} {
		dst = append(dst, ` "`...)
		if quoted == "" {
			dst = append(dst, '-')
		}
		dst = appendEscaped(dst, quoted)
		dst = append(dst, '"')
	}
	return dst
}

func appendAddress(dst []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(dst, '-')
	}
	return a.AppendTo(dst)
}

// appendWord appends a word that must not hold spaces.
func appendWord(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, '-')
	}
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' {
			dst = append(dst, `\x20`...)
		} else {
			dst = appendByte(dst, s[i])
		}
	}
	return dst
}

// appendEscaped appends what a client wrote such that it cannot end the quotes or the line.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		dst = appendByte(dst, s[i])
	}
	return dst
}

func appendByte(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c < ' ' || c >= 0x7f:
		return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
	}
	return append(dst, c)
}
