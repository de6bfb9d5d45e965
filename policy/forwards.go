package policy

import (
	"errors"
	"strconv"
	"strings"

	"lacquer/message"
)

// MaxForwards returns how often a TRACE or OPTIONS may be forwarded still (RFC 9110 section 7.6.2): with 0 it is to be answered by the one
// who has it. A number beyond int64 is the largest. It is not ok for other methods, where the field means nothing, and where it is no number
// or came twice.
func MaxForwards(req *message.Request) (n int64, ok bool) {
	if req.Method != "TRACE" && req.Method != "OPTIONS" {
		return 0, false
	}
	value, lines := "", 0
	for v := range req.Header.Values("Max-Forwards") {
		value = v
		lines++
	}
	if lines != 1 {
		return 0, false
	}
	limit, err := strconv.ParseUint(value, 10, 63)
	return int64(limit), err == nil || errors.Is(err, strconv.ErrRange)
}

// Forwarded counts a forward in the head of a request that had n left, n above 0.
func Forwarded(h *message.Header, n int64) {
	h.Set("Max-Forwards", strconv.FormatInt(n-1, 10))
}

// TraceEcho returns the content of the answer to a TRACE, of type message/http: the request as it was received, but for what tells of a
// person or lets somebody in (RFC 9110 section 9.3.8). Scripts in a page may cause a TRACE, and must not read in its answer what the
// browser keeps from them.
func TraceEcho(req *message.Request) []byte {
	echo := *req
	echo.Header = make(message.Header, 0, len(req.Header))
	for _, f := range req.Header {
		if !isPrivate(f.Name) {
			echo.Header = append(echo.Header, f)
		}
	}
	return message.AppendRequest(nil, &echo)
}

// privateWords occur in the names of fields that are nobody else's business: of credentials, and of who the client is by what other proxies say.
var privateWords = [...]string{
	"auth", "cookie", "token", "secret", "key", "session", "password", "credential", "csrf", "xsrf", "cert", "signature", "saml", "jwt", "x-user",
	"proxy", "forwarded", "original", "-ip", "ip-", "client", "remote", "identity", "email", "account", "referer", "dpop",
}

// isPrivate reports whether a field is left out of an echo.
func isPrivate(name string) bool {
	name = strings.ToLower(name)
	for _, word := range privateWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
