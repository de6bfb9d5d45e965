package policy

import (
	"cmp"
	"strings"

	"lacquer/message"
)

// maxLanguages is how many languages an Accept-Language may name before it is left alone. Browsers name a handful.
const maxLanguages = 32

// languageRange is a member of Accept-Language.
type languageRange struct {
	tag    string // as it stands, or "*"
	weight int    // in thousandths
}

// languages are the members of Accept-Language, each language once, by weight and then by alphabet.
type languages struct {
	list  [maxLanguages]languageRange
	count int
}

// NormaliseAcceptLanguage writes Accept-Language so that requests which mean the same look the same, to the key and to the origin
// (RFC 9110 section 12.5.4): one line, the greatest weight first, equal ones in alphabetical order, each language once with its greatest
// weight, in the case of RFC 5646, without white space, weights without zeroes and only where they are not 1. This is how browsers
// write it: "en-US,en;q=0.9".
//
// What is malformed, empty, or names more languages than anybody speaks is left as it stands. It allocates nothing where the field is
// absent, or its value was seen lately.
func NormaliseAcceptLanguage(h *message.Header) {
	if !h.Has("Accept-Language") {
		return
	}
	value := h.Joined("Accept-Language")
	if normal := acceptedLanguages.of(value, normalLanguages); normal != value { // so do several lines, which are joined by a comma and a space
		h.Set("Accept-Language", normal)
	}
}

var acceptedLanguages memo

// normalLanguages returns the normal form of Accept-Language, the value itself where that has none.
func normalLanguages(value string) string {
	var accepted languages
	if !accepted.parse(value) || accepted.count == 0 {
		return value
	}
	var room [256]byte
	return string(accepted.append(room[:0]))
}

// PreferredLanguage returns the language of Accept-Language that has more weight than every other, in the case of RFC 5646; "" if
// there is none such, or if it is "*". The result may be a view of h. It allocates nothing where the field is normal.
func PreferredLanguage(h message.Header) string {
	if !h.Has("Accept-Language") {
		return ""
	}
	var accepted languages
	if !accepted.parse(h.Joined("Accept-Language")) || accepted.count == 0 {
		return ""
	}
	best := accepted.list[0]
	if best.weight == 0 || best.tag == "*" || accepted.count > 1 && accepted.list[1].weight == best.weight {
		return ""
	}
	return canonicalLanguage(best.tag)
}

// parse reads the value of Accept-Language. It fails on what is malformed and on too many languages.
func (l *languages) parse(value string) bool {
	for value != "" {
		var member string
		member, value, _ = strings.Cut(value, ",")
		if member = trimSpace(member); member == "" {
			continue // RFC 9110 section 5.6.1: senders must not, recipients must bear it
		}
		tag, parameters, weighted := strings.Cut(member, ";")
		tag, parameters = trimSpace(tag), trimSpace(parameters)
		weight, ok := weightOf(parameters)
		if !ok || weighted && parameters == "" || !isLanguageRange(tag) || !l.add(languageRange{tag, weight}) {
			return false
		}
	}
	return true
}

// add puts a member in its place. It fails if there is no room.
func (l *languages) add(r languageRange) bool {
	for i := range l.list[:l.count] {
		if message.EqualFold(l.list[i].tag, r.tag) {
			r.weight = max(r.weight, l.list[i].weight)
			copy(l.list[i:], l.list[i+1:l.count])
			l.count--
			break
		}
	}
	if l.count == maxLanguages {
		return false
	}
	i := l.count
	for i > 0 && r.before(l.list[i-1]) {
		l.list[i] = l.list[i-1]
		i--
	}
	l.list[i] = r
	l.count++
	return true
}

// before reports whether r comes before other, another language.
func (r languageRange) before(other languageRange) bool {
	if r.weight != other.weight {
		return r.weight > other.weight
	}
	return compareFold(r.tag, other.tag) < 0
}

// append appends the normal form.
func (l *languages) append(dst []byte) []byte {
	for i, r := range l.list[:l.count] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendLanguageTag(dst, r.tag)
		if r.weight != fullWeight {
			dst = append(dst, ";q="...)
			dst = appendWeight(dst, r.weight)
		}
	}
	return dst
}

// compareFold compares two strings without regard to the case of ASCII letters.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// trimSpace takes optional white space off both ends (RFC 9110 section 5.6.3).
func trimSpace(s string) string { return strings.Trim(s, " \t") }
