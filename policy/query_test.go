package policy_test

import (
	"strings"
	"testing"

	"lacquer/policy"
)

// RFC 10008: content and what says its meaning are part of the key.
func TestQueryPart(t *testing.T) {
	parts := map[string]string{}
	differs := func(lines, body string) {
		t.Helper()
		part := policy.QueryPart(header(lines), []byte(body))
		if digest, ok := strings.CutPrefix(part, "\x00query "); !ok || len(digest) != 64 {
			t.Errorf("%s with %q: %q", lines, body, part)
		}
		if before, taken := parts[part]; taken {
			t.Errorf("%s with %q has the part of %s", lines, body, before)
		}
		parts[part] = lines + " with " + body
	}
	same := func(one, other, body string) {
		t.Helper()
		if policy.QueryPart(header(one), []byte(body)) != policy.QueryPart(header(other), []byte(body)) {
			t.Errorf("%s and %s with %q have two parts", one, other, body)
		}
	}
	differs("Content-Type: text/plain", "a")
	differs("Content-Type: text/plain", "b")
	differs("Content-Type: text/plain", "a ")
	differs("Content-Type: text/plain", "")
	differs("Content-Type: text/html", "a")
	differs("Content-Type: text/plain; charset=utf-8", "a")
	differs("Content-Type: text/plain | Content-Encoding: gzip", "a")
	differs("Content-Type: text/plain | Content-Language: de", "a")
	differs("", "a")
	// Absence is not emptiness, and no field passes for another or for content.
	differs("Content-Type: ", "a")
	differs("Content-Encoding: text/plain", "a")
	differs("Content-Language: text/plain", "a")
	differs("Content-Type: text/plain | Content-Language: d", "ea")
	differs("Content-Type: text/plai", "na")

	same("Content-Type: text/plain | Accept: */*", "content-type: text/plain", "a")
	same("Content-Language: de, en", "Content-Language: de | Content-Language: en", "a")
}
