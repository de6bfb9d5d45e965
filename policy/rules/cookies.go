package rules

import (
	"slices"
	"strings"

	"lacquer/message"
)

// cookieValue returns the value of the first cookie called name, "" if there is none.
func cookieValue(h message.Header, name string) string {
	for n, value := range message.Cookies(h) {
		if n == name {
			return value
		}
	}
	return ""
}

// cookies takes the cookies that are not kept off a request, and sorts the others if that is wished. It reports whether that changed anything.
func (s *selection) cookies(h *message.Header) bool {
	changed := false
	for name := range message.Cookies(*h) {
		if !s.keeps(name) {
			changed = true
			break
		}
	}
	if changed {
		message.FilterCookies(h, s.keeps)
	}
	return s.sort && sortCookies(h) || changed
}

// sortCookies puts all cookies into one line in the order of their names.
func sortCookies(h *message.Header) bool {
	last, sorted := "", true
	for name := range message.Cookies(*h) {
		sorted = sorted && last <= name
		last = name
	}
	if sorted {
		return false
	}
	var pairs []string
	for line := range h.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			if pair = strings.Trim(pair, " \t"); pair != "" {
				pairs = append(pairs, pair)
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(parameterName(a), parameterName(b)) })
	h.Set("Cookie", strings.Join(pairs, "; "))
	return true
}
