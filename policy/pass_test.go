package policy_test

import (
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestPassReason(t *testing.T) {
	f := func(method, request string, want policy.Reason) {
		t.Helper()
		r := get(request)
		r.Method = method
		if got := policy.PassReason(r, false); got != want {
			t.Errorf("%s %q: %q, want %q", method, request, got, want)
		}
	}
	t.Run("methods", func(t *testing.T) {
		f("GET", "", policy.None)
		f("HEAD", "", policy.None)
		f("POST", "", policy.PassMethod)
		f("OPTIONS", "", policy.PassMethod)
		f("query", "", policy.PassMethod)
		f("get", "", policy.PassMethod) // methods have case (RFC 9110 section 9.1)
	})
	t.Run("RFC 9110 section 7.8", func(t *testing.T) {
		f("GET", "Connection: Upgrade | Upgrade: websocket", policy.PassUpgrade)
		f("GET", "Connection: keep-alive, upgrade | Upgrade: h2c, websocket", policy.PassUpgrade)
		f("POST", "Connection: Upgrade | Upgrade: IRC/6.9", policy.PassUpgrade)
		// Without Connection it is not meant for us.
		f("GET", "Upgrade: websocket", policy.None)
		f("GET", "Connection: upgrade", policy.None)
		// HTTP/2 in clear text is an obsolete offer.
		f("GET", "Connection: Upgrade, HTTP2-Settings | Upgrade: h2c", policy.None)
		old := get("Connection: Upgrade | Upgrade: websocket")
		old.Minor = 0
		if got := policy.PassReason(old, false); got != policy.None {
			t.Errorf("HTTP/1.0 with Upgrade: %q", got)
		}
		old.Major = 2
		if got := policy.PassReason(old, false); got != policy.None {
			t.Errorf("HTTP/2 with Upgrade: %q", got)
		}
	})
	t.Run("RFC 9110 section 10.1.1", func(t *testing.T) {
		f("GET", "Expect: 100-continue", policy.PassExpect)
		f("POST", "Expect: 100-continue", policy.PassMethod)
	})
	t.Run("RFC 9110 section 9.3.1", func(t *testing.T) {
		if got := policy.PassReason(get(""), true); got != policy.PassRequestBody {
			t.Errorf("GET with a body: %q", got)
		}
		for _, length := range []int64{1, message.Unknown} {
			r := get("")
			r.Length = length
			if got := policy.PassReason(r, false); got != policy.PassRequestBody {
				t.Errorf("GET with a body of %d bytes: %q", length, got)
			}
		}
	})
	t.Run("RFC 10008 section 2.7", func(t *testing.T) {
		query := get("Content-Type: application/json")
		query.Method, query.Length = "QUERY", 10
		if got := policy.PassReason(query, true); got != policy.None {
			t.Errorf("QUERY with its content: %q", got)
		}
		f("QUERY", "If-Match: \"a\"", policy.PassPrecondition)
		f("QUERY", "Expect: 100-continue", policy.PassExpect)
	})
	t.Run("RFC 9111 section 4.3.2", func(t *testing.T) {
		f("GET", "If-Match: \"a\"", policy.PassPrecondition)
		f("HEAD", "If-Unmodified-Since: "+date(0), policy.PassPrecondition)
		f("GET", "If-None-Match: \"a\" | If-Modified-Since: "+date(0), policy.None)
	})
}
