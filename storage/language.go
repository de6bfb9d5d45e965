package storage

import (
	"lacquer/message"
	"lacquer/policy"
)

const acceptLanguage = "accept-language"

// appendSpoken appends the key under which an answer in a language is found by requests that prefer it: the secondary key with the language in the
// place of Accept-Language, so that all else that Vary names must be the same (RFC 9110 section 12.5.4, RFC 9111 section 4.1).
func appendSpoken(dst []byte, base string, vary message.Vary, h message.Header, language string) []byte {
	var room [48]message.Field
	fields := message.Header(room[:0])
	for _, f := range h {
		if !message.EqualFold(f.Name, acceptLanguage) {
			fields = append(fields, f)
		}
	}
	fields = append(fields, message.Field{Name: acceptLanguage, Value: language})
	return appendSecondary(dst, base, vary, fields)
}

// languageOf returns the language by which a response is found, "" if it is by none.
func languageOf(r *Response) string {
	if !r.Vary.Has(acceptLanguage) {
		return ""
	}
	return policy.LanguageOf(r.Head.Header)
}

// spoken returns the key under which a response is found by its language, "" if it is not.
func spoken(base string, r *Response, language string) string {
	if language == "" {
		return ""
	}
	return string(appendSpoken(nil, base, r.Vary, r.Request, language))
}

// findSpoken returns what is stored in the one language that a request prefers above all others, all else being the same: of such objects the one that came last.
// It is asked for where nothing is stored for the very words of the request. It takes no lock.
func (e *entry) findSpoken(key policy.Key, h message.Header) (best *Object) {
	sh := e.shelf.Load()
	if sh == nil {
		return nil
	}
	language, buf := "", [256]byte{}
	for i := range sh.layers {
		l := &sh.layers[i]
		if l.languages == nil {
			continue
		}
		if language == "" {
			if language = policy.PreferredLanguage(h); language == "" {
				return nil
			}
		}
		s := l.languages[string(appendSpoken(buf[:0], key.Base, l.vary, h, language))]
		if s == nil {
			continue
		}
		if o := s.object.Load(); o != nil && o.language == language && (best == nil || o.Number > best.Number) {
			best = o
		}
	}
	return best
}

// list lists a slot under a language, too. The layer is not yet on a shelf.
func (l *layer) list(spoken string, s *slot) {
	if spoken == "" {
		return
	}
	if l.languages == nil {
		l.languages = make(map[string]*slot, 1)
	}
	l.languages[spoken] = s
}

// languagesOf returns the list of languages without the slots that are not among those that are kept.
func (l *layer) languagesOf(kept map[string]*slot) map[string]*slot {
	var left map[string]*slot
	for name, s := range l.languages {
		if kept[s.secondary] == s {
			if left == nil {
				left = make(map[string]*slot, len(l.languages))
			}
			left[name] = s
		}
	}
	return left
}
