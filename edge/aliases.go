package edge

import (
	"strings"

	"lacquer/message"
)

// aliases reports whether many applications take a field of this name for another's: CGI and what descends from it turn "-",
// and often ".", into "_" (RFC 3875 section 4.1.18), so X_Forwarded_For is read as X-Forwarded-For. Such fields are dropped:
// what is judged, set or removed here under the one name must not come in under the other.
func aliases(name string) bool {
	return strings.IndexByte(name, '_') >= 0 || strings.IndexByte(name, '.') >= 0
}

// dropAliases removes fields whose names alias others.
func dropAliases(h *message.Header) {
	for i := range *h {
		if aliases((*h)[i].Name) {
			h.DelFunc(func(f message.Field) bool { return aliases(f.Name) })
			return
		}
	}
}
