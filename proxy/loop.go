package proxy

import (
	"strings"

	"lacquer/message"
)

// looped reports whether a request has been here before. In CDN-Loop (RFC 8586) every Lacquer names itself with an id of its own, so that several
// may stand in a row: ours must not be among them. In Via (RFC 9110 section 7.6.3) all have one name; those that CDN-Loop does not account for are
// taken for ourselves.
func looped(h message.Header, id string) bool {
	accounted := 0
	for member := range elements(h, "CDN-Loop") {
		name, parameters, _ := strings.Cut(member, ";")
		if !message.EqualFold(strings.TrimSpace(name), Name) {
			continue
		}
		other, ok := strings.CutPrefix(strings.TrimSpace(parameters), "id=")
		if !ok || other == id {
			return true
		}
		accounted++
	}
	passed := 0
	for hop := range elements(h, "Via") {
		if _, by, ok := strings.Cut(hop, " "); ok {
			by, _, _ = strings.Cut(strings.TrimSpace(by), " ")
			if message.EqualFold(by, Name) {
				passed++
			}
		}
	}
	return passed > accounted || passed > maxHops
}

// maxHops is how many Lacquers may stand in a row.
const maxHops = 8

// elements yields the elements of a list field.
func elements(h message.Header, name string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range h.Values(name) {
			for element := range strings.SplitSeq(line, ",") {
				if !yield(strings.TrimSpace(element)) {
					return
				}
			}
		}
	}
}
