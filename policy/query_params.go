package policy

import (
	"strings"
	"unicode/utf8"
)

// param is one parameter of a query, name and value in their canonical encoding.
type param struct{ name, value string }

// parseQuery takes a query apart as the application/x-www-form-urlencoded parser of the WHATWG URL standard does: at "&", and each
// piece that is not empty at its first "=".
func parseQuery(query string) []param {
	var params []param
	for query != "" {
		var piece string
		piece, query, _ = strings.Cut(query, "&")
		if piece == "" {
			continue
		}
		name, value, _ := strings.Cut(piece, "=")
		params = append(params, param{string(appendCanonical(nil, name)), string(appendCanonical(nil, value))})
	}
	return params
}

// appendCanonical appends a name or value in the one encoding of its meaning: "+" and "%20" are a space, what is percent-encoded is
// what it stands for, and bytes that are no UTF-8 are U+FFFD, as the standard decodes them. The encoding is that of its serializer.
func appendCanonical(dst []byte, encoded string) []byte {
	decoded := decodePercent(encoded)
	for len(decoded) > 0 {
		size := sequenceSize(decoded)
		if r, _ := utf8.DecodeRune(decoded); r == utf8.RuneError {
			dst = append(dst, "%EF%BF%BD"...)
		} else {
			dst = appendFormEncoded(dst, decoded[:size])
		}
		decoded = decoded[size:]
	}
	return dst
}

// decodePercent decodes "+" and percent-encoding. A "%" without two hexadecimal digits stands for itself.
func decodePercent(s string) []byte {
	decoded := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			decoded = append(decoded, ' ')
		case s[i] == '%' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0:
			decoded = append(decoded, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
		default:
			decoded = append(decoded, s[i])
		}
	}
	return decoded
}

// sequenceSize returns how many bytes the first character of b has, or how many of its first bytes together become one U+FFFD: as
// many as could begin a character (maximal subpart, Unicode section 3.9).
func sequenceSize(b []byte) int {
	r, size := utf8.DecodeRune(b)
	if r != utf8.RuneError || size != 1 {
		return size
	}
	for size < len(b) && !utf8.FullRune(b[:size+1]) {
		size++
	}
	return size
}

// appendFormEncoded appends bytes as the application/x-www-form-urlencoded serializer does.
func appendFormEncoded(dst, b []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range b {
		switch {
		case isLetter(c) || isDigit(c) || strings.IndexByte("*-._", c) >= 0:
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

// hexValue returns the value of a hexadecimal digit, below 0 if c is none.
func hexValue(c byte) int {
	switch c = lower(c); {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
