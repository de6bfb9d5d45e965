package message

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Vary names the request fields by which an origin chose a response (RFC 9110 section 12.5.5). The zero value names none. Two of
// them are equal, also by ==, if they name the same fields.
type Vary struct {
	Any  bool   // "*": by things that no request tells; no other request matches
	list string // lower-cased names, sorted, each once, separated by commas
}

// ParseVary reads all Vary lines. A member that is no field name makes it Any: what it meant is not known. The result shares no
// memory with h.
func ParseVary(h Header) Vary {
	var names []string
	for line := range h.Values("Vary") {
		for line != "" {
			var name string
			if name, line = element(line); name == "" {
				continue
			}
			if name == "*" || !IsToken(name) {
				return Vary{Any: true}
			}
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return Vary{list: strings.Join(slices.Compact(names), ",")}
}

// IsZero reports whether every request matches.
func (v Vary) IsZero() bool { return v == Vary{} }

// Equal reports whether both name the same fields.
func (v Vary) Equal(other Vary) bool { return v == other }

// Has reports whether a field is named, in whatever case; Any has none.
func (v Vary) Has(name string) bool {
	for list := v.list; list != ""; {
		var n string
		if n, list = element(list); EqualFold(n, name) {
			return true
		}
	}
	return false
}

// Names returns the names, lower-cased and sorted.
func (v Vary) Names() []string {
	if v.list == "" {
		return nil
	}
	return strings.Split(v.list, ",")
}

// String returns the names as a Vary field has them.
func (v Vary) String() string {
	if v.Any {
		return "*"
	}
	return strings.ReplaceAll(v.list, ",", ", ")
}

// AppendKey appends the names with the values that a request has for them, each with its length before it. Two requests append the
// same bytes only if RFC 9111 section 4.1 lets one have what was chosen for the other: absent is not empty, lines of one name
// count as one list, and white space round its commas does not count. An Any has no key: whoever may hold one asks first.
//
// Host is never in h: it belongs to the URL, by which responses are told apart before.
//
// It allocates nothing but what dst needs to grow.
func (v Vary) AppendKey(dst []byte, h Header) []byte {
	for list := v.list; list != ""; {
		var name string
		name, list = element(list)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(name)))
		dst = append(dst, name...)
		dst = appendVaried(dst, h, name)
	}
	return dst
}

// appendVaried appends one more than the length of the value and the value, or 0 where there is none.
func appendVaried(dst []byte, h Header, name string) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	separator, quote, present := separatorOf(name), false, false
	for i := range h {
		if !EqualFold(h[i].Name, name) {
			continue
		}
		if present {
			dst = append(dst, separator...)
		}
		present = true
		if separator == "," {
			dst, quote = appendListValue(dst, h[i].Value, quote)
		} else {
			dst = append(dst, h[i].Value...)
		}
	}
	if present {
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4+1))
	}
	return dst
}

// separatorOf returns what stands between the lines of a name. Where a comma separates nothing, white space beside it belongs to
// the value: such lines are held apart by a byte that no value has, and cookies by what joins them in HTTP/1 (RFC 9113 section
// 8.2.3).
func separatorOf(name string) string {
	switch name {
	case "cookie":
		return "; "
	case "authorization", "date", "from", "if-modified-since", "if-range", "if-unmodified-since", "origin",
		"proxy-authorization", "referer", "user-agent":
		return "\x00"
	}
	return ","
}

// appendListValue appends value without the white space round commas outside quoted strings; quote says whether value begins
// within one, and is returned for the next line.
func appendListValue(dst []byte, value string, quote bool) ([]byte, bool) {
	pending := 0 // where the white space that was last seen begins, plus one
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case quote:
			dst = append(dst, c)
			if c == '\\' && i+1 < len(value) {
				i++
				dst = append(dst, value[i])
			}
			quote = c != '"'
			continue
		case c == ' ' || c == '\t':
			if pending == 0 {
				pending = i + 1
			}
			continue
		case c != ',' && pending > 1 && value[pending-2] != ',':
			dst = append(dst, value[pending-1:i]...)
		}
		pending = 0
		quote = c == '"'
		dst = append(dst, c)
	}
	return dst, quote
}
