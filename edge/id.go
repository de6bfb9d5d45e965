package edge

import (
	"math/rand/v2"

	"lacquer/proxy"
)

// maxID is how long a request id may be that is taken over.
const maxID = 128

// requestID returns the X-Request-Id of a trusted proxy if it is 1 to 128 visible ASCII characters, else a new one. It lasts, unlike the
// fields.
func (x *exchange) requestID() string {
	if taken := takenID(&x.request); taken != "" {
		return x.last(taken)
	}
	id := newID()
	return x.last(string(id[:]))
}

// takenID returns the id that a request brought along, if it is believed; else "".
func takenID(r *proxy.Request) string {
	if r.Client.Trusted {
		if id := r.Header.Get("X-Request-Id"); visible(id) && len(id) <= maxID {
			return id
		}
	}
	return ""
}

func visible(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// newID returns 20 characters with 100 random bits. They need not be secret, only never the same twice.
func newID() (id [20]byte) {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz" // base 32 without i, l, o and u, which are misread
	for half := range 2 {
		bits := rand.Uint64()
		for i := range 10 {
			id[half*10+i] = alphabet[bits&31]
			bits >>= 5
		}
	}
	return id
}
