package policy

import "encoding/binary"

// ReadBase reads what AppendBase appended: the scheme and the values that rules added. It reports whether base is such a key to its end.
func ReadBase(base string) (scheme string, parts []string, ok bool) {
	if scheme, base, ok = cutPrefixed(base); !ok {
		return "", nil, false
	}
	for base != "" {
		var part string
		if part, base, ok = cutPrefixed(base); !ok {
			return "", nil, false
		}
		parts = append(parts, part)
	}
	return scheme, parts, true
}

// cutPrefixed cuts a string with its length before it.
func cutPrefixed(base string) (s, rest string, ok bool) {
	n, size := binary.Uvarint([]byte(base))
	if size <= 0 || n > uint64(len(base)-size) {
		return "", "", false
	}
	return base[size : size+int(n)], base[size+int(n):], true
}
