package message

import "encoding/binary"

// ReadVaryKey reads what Vary.AppendKey appended: the fields with the values that a request had for them, those that it had not left out. It
// reports whether key is such a key to its end.
func ReadVaryKey(key string) (fields Header, ok bool) {
	for key != "" {
		var name, value string
		var present bool
		if name, key, ok = cutCounted(key, 0); !ok {
			return nil, false
		}
		present = len(key) >= 4 && key[:4] != "\x00\x00\x00\x00"
		if !present {
			if len(key) < 4 {
				return nil, false
			}
			key = key[4:]
			continue
		}
		if value, key, ok = cutCounted(key, 1); !ok {
			return nil, false
		}
		fields.Add(name, value)
	}
	return fields, true
}

// cutCounted cuts a string with its length, and more, before it.
func cutCounted(key string, more uint32) (s, rest string, ok bool) {
	if len(key) < 4 {
		return "", "", false
	}
	n := uint64(binary.BigEndian.Uint32([]byte(key[:4])) - more)
	key = key[4:]
	if n > uint64(len(key)) {
		return "", "", false
	}
	return key[:n], key[n:], true
}
