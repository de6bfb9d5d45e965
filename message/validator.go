package message

import "strings"

// ETag is an entity tag (RFC 9110 section 8.8.3).
type ETag struct {
	Weak   bool
	Opaque string // what stands between the quotes
}

// ParseETag reads one entity tag, and nothing behind it. Without its quotes it is none.
func ParseETag(s string) (ETag, bool) {
	tag, rest, ok := cutETag(s)
	return tag, ok && rest == ""
}

// cutETag cuts an entity tag off the start of s. There are no escapes in it.
func cutETag(s string) (tag ETag, rest string, ok bool) {
	s, tag.Weak = strings.CutPrefix(s, "W/")
	if s == "" || s[0] != '"' {
		return ETag{}, s, false
	}
	end := 1
	for end < len(s) && is(s[end], tagByte) {
		end++
	}
	if end == len(s) || s[end] != '"' {
		return ETag{}, s, false
	}
	tag.Opaque = s[1:end]
	return tag, s[end+1:], true
}

// StrongMatch compares two entity tags by the strong comparison of RFC 9110 section 8.8.3.2. What is malformed matches nothing.
func StrongMatch(a, b string) bool {
	x, xok := ParseETag(a)
	y, yok := ParseETag(b)
	return xok && yok && x == y && !x.Weak
}

// WeakMatch compares two entity tags by the weak comparison of RFC 9110 section 8.8.3.2. What is malformed matches nothing.
func WeakMatch(a, b string) bool {
	x, xok := ParseETag(a)
	y, yok := ParseETag(b)
	return xok && yok && x.Opaque == y.Opaque
}

// MatchesAny reports whether list, the joined value of If-None-Match (compared weakly) or If-Match (strongly), names etag. "*" names
// whatever there is, also what has no entity tag; as one member among others it is malformed. A list that is malformed
// anywhere matches nothing, so that the whole response is sent.
func MatchesAny(list, etag string, weak bool) bool {
	list = trim(list)
	if list == "*" {
		return true
	}
	have, ok := ParseETag(etag)
	if !ok {
		return false
	}
	found := false
	for list != "" {
		if list[0] == ',' {
			list = trim(list[1:])
			continue
		}
		tag, rest, ok := cutETag(list)
		rest = trim(rest)
		if !ok || rest != "" && rest[0] != ',' {
			return false
		}
		if tag.Opaque == have.Opaque && (weak || !tag.Weak && !have.Weak) {
			found = true
		}
		list = rest
	}
	return found
}
