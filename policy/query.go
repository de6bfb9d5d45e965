package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"lacquer/message"
)

// queryPart begins a part of the key that is the content of a QUERY: with a byte that no value of a rule can hold.
const queryPart = "\x00query "

// QueryPart returns the part of the key that stands for the content of a QUERY and for the fields that say what its bytes mean (RFC
// 10008, "Caching"): requests with the same part have the same content, type, coding and language, to the byte. Nothing of it is made
// uniform first, as whoever does so must know the type better than the origin does.
func QueryPart(h message.Header, body []byte) string {
	hash := sha256.New()
	var prefix [9]byte
	for _, name := range [...]string{"Content-Type", "Content-Encoding", "Content-Language"} {
		value := h.Joined(name)
		prefix[0] = 0
		if h.Has(name) {
			prefix[0] = 1
		}
		binary.BigEndian.PutUint64(prefix[1:], uint64(len(value)))
		hash.Write(prefix[:])
		hash.Write([]byte(value))
	}
	hash.Write(body)
	return queryPart + hex.EncodeToString(hash.Sum(nil))
}
