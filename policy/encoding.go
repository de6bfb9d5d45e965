package policy

import (
	"strings"

	"lacquer/message"
)

// knownCodings are the content codings that origins choose between, in the order in which they are named to them.
var knownCodings = [...]string{"zstd", "br", "gzip"}

// normalCodings are the normal forms of Accept-Encoding, by a bit for each coding that is accepted.
var normalCodings = func() (forms [1 << len(knownCodings)]string) {
	for accepted := range forms {
		var names []string
		for i, coding := range knownCodings {
			if accepted&(1<<i) != 0 {
				names = append(names, coding)
			}
		}
		forms[accepted] = strings.Join(names, ", ")
	}
	return forms
}()

// NormaliseAcceptEncoding rewrites Accept-Encoding to the known codings that the client accepts, in one order and without weights, so that
// browsers which mean the same share a variant (RFC 9110 section 12.5.3). A coding counts if its weight is above 0 and not below that
// which the client gives to identity. A client that is left with none loses the field, as if it had sent none: the origin then
// answers without coding. It allocates only for several lines, and for values that were not seen lately.
func NormaliseAcceptEncoding(h *message.Header) {
	if !h.Has("Accept-Encoding") {
		return
	}
	list := h.Joined("Accept-Encoding")
	switch normal := encodings.of(list, normalEncodings); normal {
	case "":
		h.Del("Accept-Encoding")
	case list: // as it stands, unless it stands on several lines
		if severalLines(*h, "Accept-Encoding") {
			h.Set("Accept-Encoding", normal)
		}
	default:
		h.Set("Accept-Encoding", normal)
	}
}

var encodings memo

// normalEncodings returns the normal form of Accept-Encoding, "" where no known coding is accepted.
func normalEncodings(list string) string {
	least := max(1, codingWeight(list, "identity"))
	accepted := 0
	for i, coding := range knownCodings {
		weight := codingWeight(list, coding)
		if weight == unnamed {
			weight = codingWeight(list, "*")
		}
		if weight >= least {
			accepted |= 1 << i
		}
	}
	return normalCodings[accepted]
}

// unnamed is the weight of a coding that a list does not name.
const unnamed = -1

// codingWeight returns the weight that a list gives to a coding, the greatest if it gives several. A weight that is malformed is 0: a
// body without coding can be read by every client.
func codingWeight(list, coding string) int {
	weight := unnamed
	for list != "" {
		var member string
		member, list, _ = strings.Cut(list, ",")
		name, parameters, _ := strings.Cut(member, ";")
		if isCoding(trimSpace(name), coding) {
			given, _ := weightOf(trimSpace(parameters))
			weight = max(weight, given)
		}
	}
	return weight
}

// isCoding reports whether a name means a coding. x-gzip is gzip (RFC 9110 section 8.4.1.3).
func isCoding(name, coding string) bool {
	return message.EqualFold(name, coding) || coding == "gzip" && message.EqualFold(name, "x-gzip")
}

// severalLines reports whether there is more than one line called name.
func severalLines(h message.Header, name string) bool {
	lines := 0
	for range h.Values(name) {
		lines++
	}
	return lines > 1
}
