package proxy_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// A part is stored under the head of the whole, also where rules had changed it.
func TestPartThatRulesChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Header.Has("If-None-Match") {
				return page(304, "ETag: \"a\"\nCache-Control: max-age=1", strings.NewReader("")), nil
			}
			return page(206, "ETag: \"a\"\nCache-Control: max-age=1\nContent-Range: bytes 10-19/30", strings.NewReader("abcdefghij")), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			if step == rules.Response {
				v.Resp.Header.Set("X-Seen", "yes")
			}
		})
		for range 3 {
			got := h.ask("GET", "/", "Range: bytes=10-19")
			if got.head.Status != 206 || got.body.String() != "abcdefghij" || got.head.Header.Get("Content-Range") != "bytes 10-19/30" || !got.finished {
				t.Errorf("%d %q %v", got.head.Status, got.body.String(), got.head.Header)
			}
			time.Sleep(2 * time.Second)
		}
	})
}
