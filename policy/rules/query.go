package rules

import (
	"net/url"
	"slices"
	"strings"
)

// parameter returns the value of the first parameter called name in a query, decoded as forms encode it, "" if there is none. Names are
// compared decoded as well, so that nobody gets past a rule by writing one in another way. It allocates only where something is encoded.
func parameter(query, name string) string {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		if key == name || decode(key) == name {
			return decode(value)
		}
	}
	return ""
}

// decode takes percent-encoding and plus signs out of a piece of a query. What is malformed stays as it is.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// query returns a query without the parameters that are not kept, in the order of their names if that is wished. Parameters of one name keep
// their order, which may mean something. A query that has nothing to lose and nothing to sort is returned as it is, and nothing is
// allocated.
func (s *selection) query(query string) string {
	if !s.changes(query) {
		return query
	}
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		if pair != "" && s.keeps(decode(parameterName(pair))) {
			pairs = append(pairs, pair)
		}
	}
	if s.sort {
		slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(parameterName(a), parameterName(b)) })
	}
	return strings.Join(pairs, "&")
}

func (s *selection) changes(query string) bool {
	last := ""
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name := parameterName(pair)
		if pair == "" || s.sort && name < last || !s.keeps(decode(name)) {
			return true
		}
		last = name
	}
	return false
}

func parameterName(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return name
}
