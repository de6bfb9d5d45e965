package policy

import "lacquer/message"

// BearsIdentity reports whether a request might be answered for its sender alone: it carries Authorization or any cookie. The built-in rules drop
// the cookies of analytics first.
func BearsIdentity(r *message.Request) bool {
	return hasAuthorization(r.Header) || hasCookies(r.Header)
}

func hasAuthorization(h message.Header) bool { return h.Has("Authorization") }

// hasCookies takes any text in a Cookie field for a cookie: what we cannot read, the application may.
func hasCookies(h message.Header) bool {
	for i := range h {
		if message.EqualFold(h[i].Name, "Cookie") && h[i].Value != "" {
			return true
		}
	}
	return false
}
