package story

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// variables are the names that a text may hold in braces, with their values.
type variables map[string]string

var variablePattern = regexp.MustCompile(`\{(count|member|date(?:[+-][0-9a-z.]+)?|request\.[A-Za-z0-9-]+)\}`)

// expand replaces {count}, {member}, {date}, {date-1h} and {request.Name} in a text. Other braces stay as they are, and so does
// a name that has no value here.
func (v variables) expand(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return variablePattern.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1 : len(found)-1]
		if offset, ok := strings.CutPrefix(name, "date"); ok {
			return dateWith(offset, found)
		}
		if value, ok := v[strings.ToLower(name)]; ok {
			return value
		}
		if strings.HasPrefix(name, "request.") {
			return "" // a field that the request did not have
		}
		return found
	})
}

// dateWith returns now, moved by an offset such as "-1h", as an HTTP date.
func dateWith(offset, otherwise string) string {
	var d time.Duration
	if offset != "" {
		var err error
		if d, err = time.ParseDuration(offset); err != nil {
			return otherwise
		}
	}
	return time.Now().Add(d).UTC().Format(http.TimeFormat)
}
