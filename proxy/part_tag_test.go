package proxy_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// What deliver rules make of a validator does not change which bytes are sent.
func TestPartWithoutItsTag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if n == 1 {
				return page(206, "ETag: \"a\"\nCache-Control: max-age=60\nContent-Range: bytes 10-19/30", strings.NewReader("abcdefghij")), nil
			}
			return page(200, "ETag: \"a\"\nCache-Control: max-age=60", strings.NewReader(strings.Repeat("abc", 10))), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			if step == rules.Deliver {
				v.Resp.Header.Del("ETag")
			}
		})
		h.ask("GET", "/", "Range: bytes=10-19")
		for _, c := range []string{"If-None-Match: \"a\"", "If-Range: \"a\""} {
			got := h.ask("GET", "/", "Range: bytes=10-19", c)
			if !got.finished {
				t.Errorf("%s: %d %q %v", c, got.head.Status, got.body.String(), got.head.Header)
			}
		}
		got := h.ask("GET", "/", "If-None-Match: \"a\"")
		if !got.finished {
			t.Errorf("%d %q %v", got.head.Status, got.body.String(), got.head.Header)
		}
	})
}
