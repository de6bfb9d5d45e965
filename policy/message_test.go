package policy_test

import (
	"strings"
	"time"

	"lacquer/message"
)

// noon is the moment at which the origins of these tests make their responses.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// date prints the moment that lies d after noon.
func date(d time.Duration) string { return noon.Add(d).Format("Mon, 02 Jan 2006 15:04:05 GMT") }

// header reads field lines separated by line ends or " | ": "Age: 3 | Vary: Cookie".
func header(lines string) message.Header {
	var h message.Header
	for line := range strings.SplitSeq(strings.ReplaceAll(lines, " | ", "\n"), "\n") {
		name, value, found := strings.Cut(line, ":")
		if found {
			h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return h
}

// get returns a GET for http://example.org/ with these fields.
func get(lines string) *message.Request {
	return &message.Request{
		Method: "GET", Scheme: "http", Authority: "example.org", Path: "/", Major: 1, Minor: 1, Header: header(lines),
	}
}

// answer returns a response with these fields and a body of 100 bytes.
func answer(status int, lines string) *message.Response {
	return &message.Response{Status: status, Major: 1, Minor: 1, Header: header(lines), Length: 100}
}

// text prints a head for comparison.
func text(h message.Header) string {
	var lines []string
	for _, f := range h {
		lines = append(lines, f.Name+": "+f.Value)
	}
	return strings.Join(lines, " | ")
}
