package accesslog

import (
	"net/netip"
	"strconv"

	"lacquer/edge"
)

// appendCombined appends a line in the combined format: host, identity, user, time, request line, status, bytes, referer, agent.
// What is not known is "-". A transaction without a response has the status 499, by which nginx calls it.
func appendCombined(line []byte, e *edge.Entry) []byte {
	line = appendAddress(line, e.Client)
	line = append(line, " - "...)
	line = appendEscaped(line, e.User, true)
	line = append(line, " ["...)
	line = e.Time.AppendFormat(line, "02/Jan/2006:15:04:05 -0700")
	line = append(line, `] "`...)
	line = appendEscaped(line, e.Method, false)
	line = append(line, ' ')
	line = appendEscaped(line, e.URI, false)
	line = append(line, ' ')
	line = appendEscaped(line, e.Proto, false)
	line = append(line, `" `...)
	status := e.Status
	if status == 0 {
		status = 499
	}
	line = strconv.AppendInt(line, int64(status), 10)
	line = append(line, ' ')
	line = strconv.AppendInt(line, e.Bytes, 10)
	line = append(line, ` "`...)
	line = appendEscaped(line, e.Referer, false)
	line = append(line, `" "`...)
	line = appendEscaped(line, e.UserAgent, false)
	return append(line, "\"\n"...)
}

func appendAddress(line []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(line, '-')
	}
	return a.AppendTo(line)
}

// appendEscaped appends s with everything escaped as \xHH that is not visible ASCII, and quotes and backslashes, so that what a
// reader splits off can be turned back. Where spaces separate, they are escaped, too. Nothing is "-".
func appendEscaped(line []byte, s string, spaces bool) []byte {
	if s == "" {
		return append(line, '-')
	}
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= 0x7f, c == '"', c == '\\', c == ' ' && spaces:
			line = append(line, '\\', 'x', digits[c>>4], digits[c&15])
		default:
			line = append(line, c)
		}
	}
	return line
}
