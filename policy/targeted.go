package policy

import (
	"github.com/dunglas/httpsfv"

	"lacquer/message"
)

// targetList names the fields by which an origin speaks to this cache, the strongest first (RFC 9213 section 2.2): our own, that of all
// caches that work for the origin, and what did their work before.
var targetList = [...]string{"Lacquer-Cache-Control", "CDN-Cache-Control", surrogateControl}

// surrogateControl comes from the Edge Architecture Specification of 2001, and means other things, too: applications send content="ESI/1.0" in
// it alone, with whom the response is for in Cache-Control.
const surrogateControl = "Surrogate-Control"

// targeted returns what the first field of the target list that has a valid and non-empty value says, and its name as it stands in the
// list. It governs in place of Cache-Control and Expires (RFC 9213 section 2.2). found is false where there is none; that costs no
// allocation.
func targeted(h message.Header) (control message.CacheControl, field string, found bool) {
	for _, name := range targetList {
		if !h.Has(name) {
			continue
		}
		control, known, ok := parseTargeted(h, name)
		if ok && (known || name != surrogateControl) {
			return control, name, true
		}
	}
	return message.CacheControl{}, "", false
}

// parseTargeted reads all lines of h called name as a Dictionary of structured fields, of which each member is a directive of Cache-Control
// (RFC 9213 section 2.1). Parameters and members that are not known mean nothing. ok is false where the field counts as absent: it is
// malformed, empty, or a known directive has a value of another type than it should. known says whether any directive is.
func parseTargeted(h message.Header, name string) (control message.CacheControl, known, ok bool) {
	var lines []string
	for line := range h.Values(name) {
		lines = append(lines, line)
	}
	dictionary, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil || len(dictionary.Names()) == 0 {
		return message.CacheControl{}, false, false
	}
	control = message.ParseCacheControl(nil, "")
	control.Present = true
	for _, directive := range dictionary.Names() {
		member, _ := dictionary.Get(directive)
		target := targetOf(&control, directive)
		if target == nil {
			continue
		}
		item, isItem := member.(httpsfv.Item)
		if !isItem || !target(item.Value) {
			return message.CacheControl{}, false, false
		}
		known = true
	}
	return control, known, true
}

// targetOf returns what takes the value of a directive into c and reports whether it is of the right type; nil for a directive that is not
// known.
func targetOf(c *message.CacheControl, directive string) func(value any) bool {
	switch directive {
	case "max-age":
		return number(&c.MaxAge)
	case "s-maxage":
		return number(&c.SMaxAge)
	case "stale-while-revalidate":
		return number(&c.StaleWhileRevalidate)
	case "stale-if-error":
		return number(&c.StaleIfError)
	case "no-cache":
		return flagOrFields(&c.NoCache, &c.NoCacheFields)
	case "private":
		return flagOrFields(&c.Private, &c.PrivateFields)
	case "no-store":
		return flag(&c.NoStore)
	case "public":
		return flag(&c.Public)
	case "must-revalidate":
		return flag(&c.MustRevalidate)
	case "proxy-revalidate":
		return flag(&c.ProxyRevalidate)
	case "must-understand":
		return flag(&c.MustUnderstand)
	case "no-transform":
		return flag(&c.NoTransform)
	case "immutable":
		return flag(&c.Immutable)
	}
	return nil
}

// number takes delta-seconds: an Integer, not negative; larger ones count as 2^31 (RFC 9111 section 1.2.2).
func number(target *int64) func(any) bool {
	return func(value any) bool {
		n, ok := value.(int64)
		*target = min(n, 1<<31)
		return ok && n >= 0
	}
}

// flag takes a directive without an argument: a Boolean.
func flag(target *bool) func(any) bool {
	return func(value any) bool {
		var ok bool
		*target, ok = value.(bool)
		return ok
	}
}

// flagOrFields takes a directive that may name fields (RFC 9111 sections 5.2.2.4 and 5.2.2.7): a Boolean, or a String, or a Token for a single
// name. What is no list of names restricts the whole response.
func flagOrFields(whole *bool, fields *string) func(any) bool {
	return func(value any) bool {
		var list string
		switch v := value.(type) {
		case bool:
			*whole = v
			return true
		case string:
			list = v
		case httpsfv.Token:
			list = string(v)
		default:
			return false
		}
		if message.IsFieldList(list) {
			*fields = list
		} else {
			*whole = true
		}
		return true
	}
}
