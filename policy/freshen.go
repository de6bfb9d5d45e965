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
		mine := stored.Header.Get("ETag")
		return tag == mine || message.WeakMatch(tag, mine) // a malformed tag matches none but itself
	}
	if modified := answer.Header.Get("Last-Modified"); modified != "" {
		mine := stored.Header.Get("Last-Modified")
		if modified == mine {
			return true
		}
		reference := referenceFor(answer.Header)
		theirs, ok := message.ParseDate(modified, reference)
		if !ok {
			return true // what is no date is no validator
		}
		ours, ok := message.ParseDate(mine, reference)
		return ok && theirs.Equal(ours)
	}
	return true
}

// Freshen returns the head of stored as a 304 renews it: each field of answer replaces those of its name (RFC 9111 section
// 3.2). It leaves out what describes the stored body (Content-Length, Content-Encoding, Content-Type, Content-Range), what
// belongs to the connection, and an entity tag that would make a weak one strong without the body having come. Status and length
// stay. Neither argument is changed; the result shares their text. To freshen twice is to freshen once.
//
// The result is to be judged anew: it may say now that it must not be stored, and its Vary may be another.
func Freshen(stored, answer *message.Response) *message.Response {
	news := slices.Clone(answer.Header)
	message.RemoveHopByHop(&news)
	tag := stored.Header.Get("ETag")
	news.DelFunc(func(f message.Field) bool {
		return describesBody(f.Name) || message.EqualFold(f.Name, "ETag") && isWeak(tag) && !isWeak(f.Value)
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

// describesBody reports whether a field belongs to the body that came with it, so that one of a 304 says nothing of the stored
// body (RFC 9111 section 3.2).
func describesBody(name string) bool {
	return message.EqualFold(name, "Content-Length") || message.EqualFold(name, "Content-Encoding") ||
		message.EqualFold(name, "Content-Type") || message.EqualFold(name, "Content-Range")
}

// beginsAnew reports whether a stored field has lost its meaning even where the answer does not replace it: Age counts from the
// answer now, and an answer without Date was made when it came (RFC 9110 section 6.6.1).
func beginsAnew(name string) bool {
	return message.EqualFold(name, "Age") || message.EqualFold(name, "Date")
}

func isWeak(tag string) bool { return strings.HasPrefix(tag, "W/") }
