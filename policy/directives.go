package policy

import (
	"strings"

	"lacquer/message"
)

// directives are what a response says to this cache: the directives of the targeted field that governs, if there is one, else those of
// Cache-Control.
type directives struct {
	message.CacheControl          // the lists of fields have become omit, or restrict the whole response
	field                string   // the targeted field that governs; "" for Cache-Control, and for nothing at all
	omit                 []string // the fields that are not for all, or not without asking: they are not stored, the rest is
}

// directivesOf reads what governs a response with these fields.
func directivesOf(h message.Header) directives {
	control, field, found := targeted(h)
	if !found {
		control = message.ParseCacheControl(h, "Cache-Control")
	}
	d := directives{CacheControl: control, field: field}
	d.qualify(&d.NoCache, &d.NoCacheFields)
	d.qualify(&d.Private, &d.PrivateFields)
	return d
}

// qualify resolves no-cache="..." and private="..." (RFC 9111 sections 5.2.2.4 and 5.2.2.7): what is not stored is neither used without asking
// nor shown to another. Where a list names a field without which the response cannot be kept or used, the whole response is
// restricted instead, as both sections allow.
func (d *directives) qualify(whole *bool, list *string) {
	before := len(d.omit)
	for name := range message.FieldNames(*list) {
		if indispensable(name) {
			*whole, d.omit = true, d.omit[:before]
			break
		}
		d.omit = append(d.omit, name)
	}
	*list = ""
}

// omits reports whether a field is not stored.
func (d *directives) omits(name string) bool {
	for _, omitted := range d.omit {
		if message.EqualFold(omitted, name) {
			return true
		}
	}
	return false
}

// public reports whether the response is declared public, also by a Cache-Control beside the field that governs.
func (d *directives) public(h message.Header) bool {
	return d.Public || d.field != "" && message.ParseCacheControl(h, "Cache-Control").Public
}

// hasLifetime reports whether the response itself says for how long it is good, be it for no time at all.
func (d *directives) hasLifetime(h message.Header) bool {
	return d.SMaxAge != message.Absent || d.MaxAge != message.Absent || d.expires(h)
}

// expires reports whether Expires counts: RFC 9213 section 2.2 has a targeted field replace it, too.
func (d *directives) expires(h message.Header) bool { return d.field == "" && h.Has("Expires") }

// indispensable reports whether a response without this field would be kept, chosen, used or understood wrongly.
func indispensable(name string) bool {
	if len(name) > len("Content-") && message.EqualFold(name[:len("Content-")], "Content-") {
		return true
	}
	switch strings.ToLower(name) {
	case "cache-control", "lacquer-cache-control", "cdn-cache-control", "surrogate-control", "expires", "pragma", "age", "date",
		"vary", "no-vary-search", "etag", "last-modified", "location":
		return true
	}
	return false
}
