package policy

import (
	"strings"

	"lacquer/message"
)

// isLanguageRange reports whether s is "*" or formed like a language tag: subtags of letters and digits with hyphens between them, one
// to eight characters each, the first of letters alone (language-range of RFC 4647 section 2.1).
func isLanguageRange(s string) bool {
	if s == "*" {
		return true
	}
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '-' {
			if !isLetter(s[i]) && (start == 0 || !isDigit(s[i])) {
				return false
			}
			continue
		}
		if i == start || i-start > 8 {
			return false
		}
		start = i + 1
	}
	return true
}

// appendLanguageTag appends a tag in the case that RFC 5646 section 2.1.1 recommends: all in small letters, but two letters that are not
// the first subtag, regions, in capitals, and four letters, scripts, with one capital. Behind a subtag of one character neither means
// that.
func appendLanguageTag(dst []byte, tag string) []byte {
	first, extension := true, false
	for tag != "" {
		var subtag string
		subtag, tag, _ = strings.Cut(tag, "-")
		at := len(dst)
		if !first {
			dst = append(dst, '-')
			at++
		}
		for i := range len(subtag) {
			dst = append(dst, lower(subtag[i]))
		}
		if !first && !extension && onlyLetters(subtag) {
			switch len(subtag) {
			case 2:
				dst[at], dst[at+1] = upper(dst[at]), upper(dst[at+1])
			case 4:
				dst[at] = upper(dst[at])
			}
		}
		extension = extension || len(subtag) == 1
		first = false
	}
	return dst
}

// canonicalLanguage returns tag as appendLanguageTag writes it: itself where it is that already.
func canonicalLanguage(tag string) string {
	var room [64]byte
	canonical := appendLanguageTag(room[:0], tag)
	if string(canonical) == tag {
		return tag
	}
	return string(canonical)
}

// LanguageOf returns the language of a response, in the case that RFC 5646 section 2.1.1 recommends, if its Content-Language names
// exactly one; else "" (RFC 9110 section 8.5). The result may be a view of h. It allocates nothing where that case is kept.
func LanguageOf(h message.Header) string {
	tag, lines := "", 0
	for v := range h.Values("Content-Language") {
		tag = v
		lines++
	}
	if lines != 1 || tag == "*" || !isLanguageRange(tag) {
		return ""
	}
	return canonicalLanguage(tag)
}

func isLetter(c byte) bool { return 'a' <= lower(c) && lower(c) <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func onlyLetters(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}
