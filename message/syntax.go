package message

import "encoding/binary"

// class says where a byte may stand.
type class uint8

const (
	tokenByte   class = 1 << iota // tchar, RFC 9110 section 5.6.2
	targetByte                    // in a request target: visible ASCII without "#"
	hostByte                      // in a registered name, as narrow as names are in practice
	tagByte                       // etagc, RFC 9110 section 8.8.3
	hexByte                       // HEXDIG in either case
	controlByte                   // CTL: below SP, and DEL
)

// classes has the classes of each byte.
//
// Targets are wider than RFC 3986: browsers leave |, {, }, ^, [ and their like as they are, and nobody reads them in two ways.
// Host names are narrower than reg-name: sub-delims and percent-encoding occur in no real name, but in attacks.
var classes = func() (table [256]class) {
	mark := func(bytes string, c class) {
		for i := range len(bytes) {
			table[bytes[i]] |= c
		}
	}
	const digits = "0123456789"
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	mark("!#$%&'*+-.^_`|~"+digits+letters, tokenByte)
	mark("-._"+digits+letters, hostByte)
	mark("abcdefABCDEF"+digits, hexByte)
	for c := range 256 {
		if c < ' ' || c == 0x7f {
			table[c] |= controlByte
		}
		if '!' <= c && c <= '~' && c != '#' {
			table[c] |= targetByte
		}
		if '!' <= c && c != '"' && c != 0x7f {
			table[c] |= tagByte
		}
	}
	return table
}()

func is(b byte, c class) bool { return classes[b]&c != 0 }

// all reports whether every byte of s is of class c.
func all(s string, c class) bool {
	for i := 0; i < len(s); i++ {
		if !is(s[i], c) {
			return false
		}
	}
	return true
}

// IsToken reports whether s is a token, as methods and field names must be (RFC 9110 section 5.6.2).
func IsToken(s string) bool { return s != "" && all(s, tokenByte) }

// IsFieldValue reports whether s may stand as a field value: visible characters, SP, HTAB and obs-text, no other control
// bytes (RFC 9110 section 5.5).
func IsFieldValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if is(s[i], controlByte) && s[i] != '\t' {
			return false
		}
	}
	return true
}

// control returns the index of the first control byte of b at or behind from, len(b) if there is none. It looks at eight bytes
// at a time: values are most of a head.
func control(b []byte, from int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := from
	for ; i+8 <= len(b); i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		below := (word - ones*' ') & ^word
		del := word ^ ones*0x7f
		if (below|(del-ones)&^del)&highs != 0 {
			break
		}
	}
	for ; i < len(b); i++ {
		if is(b[i], controlByte) {
			return i
		}
	}
	return len(b)
}

// trim takes optional white space, SP and HTAB, off both ends (OWS of RFC 9110 section 5.6.3).
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// element cuts the first element off a comma-separated list whose elements hold no quoted strings. It may be empty: senders
// must not, but recipients must accept that (RFC 9110 section 5.6.1).
func element(list string) (first, rest string) {
	for i := 0; i < len(list); i++ {
		if list[i] == ',' {
			return trim(list[:i]), list[i+1:]
		}
	}
	return trim(list), ""
}

// number reads s as digits only, at most 19 of them. It fails on anything else and on what does not fit an int64.
func number(s string) (int64, bool) {
	if s == "" || len(s) > 19 {
		return 0, false
	}
	var n uint64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return int64(n), n <= 1<<63-1
}
