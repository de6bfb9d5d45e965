package policy

import "lacquer/message"

// DropPersonal takes off the fields of a response that are never stored: cookies, which only a rule may replay, and what concludes an
// authentication (RFC 9110 section 11.6.3, RFC 9111 section 3.1); and those called omit, which are Judgement.Omit. Hop-by-hop fields must
// have gone before. RFC 9111 section 3.1 has all others stored, Clear-Site-Data and Set-Cookie2 too.
func DropPersonal(h *message.Header, omit ...string) {
	h.DelAny(personalFields...)
	if len(omit) > 0 {
		h.DelAny(omit...)
	}
}

var personalFields = []string{
	"Set-Cookie", "Authentication-Info", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
}
