package policy

import "lacquer/message"

// PassReason says why a request goes to the origin without the store being asked; None if the store is to be asked. hasBody
// says that the request came with a body, whatever its length. A QUERY is looked up like a GET (RFC 10008 section 2.7): its content must be part
// of the key, and where that cannot be, whoever asks has to let it pass.
//
// PassUpgrade comes before all others: such a request needs the connection itself, whatever its method.
func PassReason(r *message.Request, hasBody bool) Reason {
	switch {
	case wantsUpgrade(r):
		return PassUpgrade
	case r.Method != "GET" && r.Method != "HEAD" && r.Method != "QUERY":
		return PassMethod
	case r.Header.Has("Expect"):
		return PassExpect // RFC 9110 section 10.1.1: only the origin knows whether it wants to go on
	case r.Method != "QUERY" && (hasBody || r.Length != 0):
		// RFC 9110 section 9.3.1: such a body has no meaning, but some origin may read it, and the key does not hold it.
		return PassRequestBody
	case r.Header.Has("If-Match") || r.Header.Has("If-Unmodified-Since"):
		// RFC 9111 section 4.3.2: these are for the origin to evaluate, a cache must not. RFC 9110 sections 13.1.1 and 13.1.4
		// would let us ignore them, but one who asks for a range of exactly this representation would get pieces of another.
		return PassPrecondition
	}
	return None
}

// wantsUpgrade reports whether the client asks for another protocol on its connection (RFC 9110 section 7.8), which HTTP/1.0
// cannot and HTTP/2 does otherwise. HTTP/2 in clear text does not count: RFC 9113 section 3.1 made that offer obsolete, and
// clients that still make it are content with an ordinary answer.
func wantsUpgrade(r *message.Request) bool {
	if r.Major > 1 || r.Major == 1 && r.Minor == 0 {
		return false
	}
	if !message.HasToken(r.Header, "Connection", "upgrade") {
		return false
	}
	for protocol := range r.Header.Values("Upgrade") {
		if protocol != "" && !message.EqualFold(protocol, "h2c") {
			return true
		}
	}
	return false
}
