package policy

import "lacquer/message"

// FreshenByHead returns stored as head, the answer to a HEAD for which stored could have been chosen, renews it (RFC 9111 section
// 4.3.5). ok is false where the two are not of the same representation: stored is stale then. Only a 200 says anything of what is stored: after any
// other answer stored itself comes back. Neither argument is changed.
//
// As after Freshen, the result is to be judged anew.
func FreshenByHead(stored, head *message.Response) (renewed *message.Response, ok bool) {
	if head.Status != 200 {
		return stored, true
	}
	if stored.Status != 200 || !sameRepresentation(stored, head) {
		return nil, false
	}
	return Freshen(stored, head), true
}

// sameRepresentation reports whether all that head says of the representation holds for stored: validators, and the length.
func sameRepresentation(stored, head *message.Response) bool {
	if head.Length != message.Unknown && stored.Length != message.Unknown && head.Length != stored.Length {
		return false
	}
	if tag := head.Header.Get("ETag"); tag != "" && !sameTag(stored.Header.Get("ETag"), tag) {
		return false
	}
	return sameModified(stored.Header, head.Header)
}
