package policy

import (
	"slices"
	"strings"

	"lacquer/message"
)

// Matches304 reports whether answer, a 304 to a request that Conditions made from stored, speaks of stored (RFC 9111 section
// 4.3.4). If not, stored is not to be used on its word, and the origin must be asked once more without conditions.
//
// In two cases it believes what the RFC leaves open or forbids, because origins in wide use answer so and mean it, and because
// stored was the only response that was asked about: a 304 without any validator; and one whose entity tag is strong where the
// stored one is the same but weak, as servers send that weaken the tag only while they compress a body.
func Matches304(stored, answer *message.Response) bool {
	if answer.Status != 304 {
		return false
	}
	if tag := answer.Header.Get("ETag"); tag != "" {
		return sameTag(stored.Header.Get("ETag"), tag)
	}
	return sameModified(stored.Header, answer.Header)
}

// sameTag reports whether two entity tags are the same by the weak comparison; a malformed one matches none but itself.
func sameTag(mine, theirs string) bool { return mine == theirs || message.WeakMatch(mine, theirs) }

// sameModified reports whether the Last-Modified of an answer, if it has one, is that of what is stored. One that is no date is no validator, and
// contradicts nothing.
func sameModified(stored, answer message.Header) bool {
	mine, modified := stored.Get("Last-Modified"), answer.Get("Last-Modified")
	if modified == "" || modified == mine {
		return true
	}
	reference := referenceFor(answer)
	theirs, ok := message.ParseDate(modified, reference)
	if !ok {
		return true
	}
	ours, ok := message.ParseDate(mine, reference)
	return ok && theirs.Equal(ours)
}

// Freshen returns the head of stored as a 304 renews it: each field of answer replaces those of its name (RFC 9111 section
// 3.2), Content-Type too. It leaves out what belongs to the bytes that are stored (their length, coding, range and digests), what
// belongs to the connection, and an entity tag that would make a weak one strong without the body having come. Status and length
// stay. Neither argument is changed; the result shares their text. To freshen twice is to freshen once.
//
// The result is to be judged anew: it may say now that it must not be stored, and its Vary may be another.
func Freshen(stored, answer *message.Response) *message.Response {
	news := slices.Clone(answer.Header)
	message.RemoveHopByHop(&news)
	tag := stored.Header.Get("ETag")
	news.DelFunc(func(f message.Field) bool {
		return belongsToBody(f.Name) || message.EqualFold(f.Name, "ETag") && isWeak(tag) && !isWeak(f.Value)
	})
	renewed := *stored
	renewed.Header = make(message.Header, 0, len(stored.Header)+len(news))
	for _, f := range stored.Header {
		if !news.Has(f.Name) && !beginsAnew(f.Name) {
			renewed.Header = append(renewed.Header, f)
		}
	}
	renewed.Header = append(renewed.Header, news...)
	return &renewed
}

// belongsToBody reports whether a field belongs to the very bytes that it came with, so that one of a 304 says nothing of those that are stored (RFC
// 9111 section 3.2): with another coding or digest they could not be read, or would look damaged.
func belongsToBody(name string) bool {
	for _, field := range bodyFields {
		if message.EqualFold(name, field) {
			return true
		}
	}
	return false
}

var bodyFields = [...]string{
	"Content-Length", "Content-Encoding", "Content-Range", "Content-MD5", "Content-Digest", "Repr-Digest", "Digest",
}

// beginsAnew reports whether a stored field has lost its meaning even where the answer does not replace it: Age counts from the
// answer now, and an answer without Date was made when it came (RFC 9110 section 6.6.1).
func beginsAnew(name string) bool {
	return message.EqualFold(name, "Age") || message.EqualFold(name, "Date")
}

func isWeak(tag string) bool { return strings.HasPrefix(tag, "W/") }
