package policy

import (
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"

	"lacquer/message"
)

// Search says which parts of the query of a URL choose the response (No-Vary-Search, draft-ietf-httpbis-no-vary-search). The zero value:
// all of it, to the byte. Two of them are equal, by ==, if they say the same.
type Search struct {
	counts    paramsCounting
	keyOrder  bool   // the order of parameters with different names does not count
	exception string // the names for which counts does not hold: encoded, sorted, each once, with "&" before, between and behind them
}

// paramsCounting says which parameters count.
type paramsCounting uint8

const (
	allButExceptions paramsCounting = iota
	onlyExceptions
)

// What is longer is not believed.
const (
	maxSearchBytes = 4 << 10 // of the field
	maxSearchNames = 64
)

// SearchOf reads No-Vary-Search as the section "Parsing" of the draft has it. The zero value stands for no field and for one that is
// malformed, contradicts itself or is too long. It allocates only where there is a field.
//
// Up to version 04 the draft wrote "params" for what is "except=()" since, and "params, except=(...)" for "except=(...)". Both forms are
// read: browsers learned the old one first, and it has no other meaning.
func SearchOf(h message.Header) Search {
	if !h.Has("No-Vary-Search") {
		return Search{}
	}
	var lines []string
	size := 0
	for line := range h.Values("No-Vary-Search") {
		lines = append(lines, line)
		size += len(line)
	}
	if size > maxSearchBytes {
		return Search{}
	}
	members, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil {
		return Search{}
	}
	var s Search
	if !s.readKeyOrder(members) || !s.readParams(members) || !s.readExceptions(members) {
		return Search{}
	}
	return s
}

func (s *Search) readKeyOrder(members *httpsfv.Dictionary) bool {
	member, present := members.Get("key-order")
	if !present {
		return true
	}
	ok := false
	s.keyOrder, ok = boolean(member)
	return ok
}

// readParams reads which parameters do not count: all, or those that are named.
func (s *Search) readParams(members *httpsfv.Dictionary) bool {
	member, present := members.Get("params")
	if !present {
		return true
	}
	if all, ok := boolean(member); ok {
		if all {
			s.counts, s.exception = onlyExceptions, "&"
		}
		return true
	}
	names, ok := nameList(member)
	if len(names) > 0 {
		s.exception = joinNames(names)
	}
	return ok
}

// readExceptions reads which parameters count although others do not. It contradicts a list of those that do not.
func (s *Search) readExceptions(members *httpsfv.Dictionary) bool {
	member, present := members.Get("except")
	if !present {
		return true
	}
	names, ok := nameList(member)
	if _, both := members.Get("params"); !ok || both && s.counts != onlyExceptions {
		return false
	}
	s.counts, s.exception = onlyExceptions, joinNames(names)
	return true
}

func boolean(member httpsfv.Member) (value, ok bool) {
	item, ok := member.(httpsfv.Item)
	if !ok {
		return false, false
	}
	value, ok = item.Value.(bool)
	return value, ok
}

// nameList reads an inner list of strings as names of parameters, which are written in it as they are in URLs.
func nameList(member httpsfv.Member) (names []string, ok bool) {
	list, ok := member.(httpsfv.InnerList)
	if !ok || len(list.Items) > maxSearchNames {
		return nil, false
	}
	for _, item := range list.Items {
		name, ok := item.Value.(string)
		if !ok {
			return nil, false
		}
		names = append(names, string(appendCanonical(nil, name)))
	}
	return names, true
}

func joinNames(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return "&"
	}
	return "&" + strings.Join(names, "&") + "&"
}

// Canonical returns the form of a query that all queries share which are equivalent to it under s, and no others (section "Comparing" of
// the draft). Under the zero value that is the query itself. Under any other, an empty query and none at all are the same.
func (s Search) Canonical(query string) string {
	if s == (Search{}) || query == "" {
		return query
	}
	params := parseQuery(query)
	params = slices.DeleteFunc(params, func(p param) bool { return !s.matters(p.name) })
	if s.keyOrder {
		slices.SortStableFunc(params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	}
	var canonical strings.Builder
	canonical.Grow(len(query))
	for i, p := range params {
		if i > 0 {
			canonical.WriteByte('&')
		}
		canonical.WriteString(p.name)
		canonical.WriteByte('=')
		canonical.WriteString(p.value)
	}
	return canonical.String()
}

// matters reports whether a parameter counts; name is encoded, so it holds no "&".
func (s Search) matters(name string) bool {
	excepted := strings.Contains(s.exception, "&"+name+"&")
	return excepted == (s.counts == onlyExceptions)
}
