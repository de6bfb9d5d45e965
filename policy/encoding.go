package policy

import (
	"strings"

	"lacquer/message"
)

// knownCodings are the content codings that origins choose between, in the order in which they are named to them.
var knownCodings = [...]string{"zstd", "br", "gzip"}

// NormaliseAcceptEncoding rewrites Accept-Encoding to the known codings that the client accepts, in one order and without weights, so that
// browsers which mean the same share a variant (RFC 9110 section 12.5.3). A client that accepts none of them loses the field,
// as if it had sent none: the origin then answers without coding.
func NormaliseAcceptEncoding(h *message.Header) {
	if !h.Has("Accept-Encoding") {
		return
	}
	list := h.Joined("Accept-Encoding")
	var accepted []string
	for _, coding := range knownCodings {
		if accepts(list, coding) {
			accepted = append(accepted, coding)
		}
	}
	if len(accepted) == 0 {
		h.Del("Accept-Encoding")
		return
	}
	if normal := strings.Join(accepted, ", "); normal != list {
		h.Set("Accept-Encoding", normal)
	}
}

// accepts reports whether a list of codings with weights names coding with a weight above 0, or leaves it to "*".
func accepts(list, coding string) bool {
	any := false
	for element := range strings.SplitSeq(list, ",") {
		name, parameters, _ := strings.Cut(element, ";")
		name = strings.TrimSpace(name)
		wanted := !zeroWeight(parameters)
		switch {
		case message.EqualFold(name, coding), coding == "gzip" && message.EqualFold(name, "x-gzip"):
			return wanted
		case name == "*":
			any = wanted
		}
	}
	return any
}

// zeroWeight reports whether parameters hold q=0, however many zeroes follow the point (RFC 9110 section 12.4.2).
func zeroWeight(parameters string) bool {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if message.EqualFold(strings.TrimSpace(name), "q") {
			return strings.Trim(strings.TrimSpace(value), "0.") == "" && strings.Contains(value, "0")
		}
	}
	return false
}
