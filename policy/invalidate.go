package policy

import (
	"slices"

	"lacquer/message"
)

// Safe reports whether a method promises to change nothing (RFC 9110 section 9.2.1): those of which the registry of methods says so. One that
// is not known may change anything. Methods are case-sensitive.
func Safe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "REPORT", "SEARCH", "PRI":
		return true
	}
	return false
}

// Invalidates returns the primary keys of what is no longer true after resp came to req (RFC 9111 section 4.4): where the method is not safe and the
// answer is no error, the target, and what Location and Content-Location name at the same origin. An origin may speak only for
// itself: a reference to another one means nothing, nor does one that cannot be read.
func Invalidates(req *message.Request, resp *message.Response) (primaries []string) {
	if Safe(req.Method) || resp.Status < 200 || resp.Status >= 400 {
		return nil
	}
	primaries = append(primaries, string(AppendPrimary(nil, req)))
	for _, name := range [...]string{"Location", "Content-Location"} {
		if !resp.Header.Has(name) {
			continue
		}
		if primary, ok := sameOrigin(req, resp.Header.Get(name)); ok && !slices.Contains(primaries, primary) {
			primaries = append(primaries, primary)
		}
	}
	return primaries
}

// StandsForGet reports whether resp, the answer to a POST, is what a GET of the same URL would bring, and says for how long (RFC 9110 section
// 9.3.3): its Content-Location is the target itself, and its lifetime is its own. Whoever stores it has it judged as the answer to a
// GET. Of all statuses only 200 says that the content is the representation that Content-Location names (section 8.7): the others speak of what the
// POST did.
func StandsForGet(req *message.Request, resp *message.Response) bool {
	if req.Method != "POST" || resp.Status != 200 || !resp.Header.Has("Content-Location") {
		return false
	}
	said := directivesOf(resp.Header)
	if !said.hasLifetime(resp.Header) {
		return false
	}
	primary, ok := sameOrigin(req, resp.Header.Get("Content-Location"))
	return ok && primary == string(AppendPrimary(nil, req))
}
