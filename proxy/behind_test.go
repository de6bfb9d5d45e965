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
)

// Refreshed behind, a part stays a part: the origin is asked whether it still holds, and not for the rest of a film of which somebody has seen a scene.
func TestPartIsRefreshedAsPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			const fields = "Cache-Control: max-age=60, stale-while-revalidate=600\nETag: \"v1\""
			switch {
			case r.Header.Has("If-None-Match"):
				return page(304, fields, strings.NewReader("")), nil
			case r.Header.Get("Range") == "bytes=0-4":
				return page(206, fields+"\nContent-Range: bytes 0-4/26", strings.NewReader("abcde")), nil
			}
			return page(206, fields+"\nContent-Range: bytes 5-25/26", strings.NewReader("fghijklmnopqrstuvwxyz")), nil
		})
		for range 3 {
			if got := h.ask("GET", "/film", "Range: bytes=0-4"); got.head.Status != 206 || got.body.String() != "abcde" {
				t.Errorf("got %d %q", got.head.Status, got.body.String())
			}
			synctest.Wait()
			time.Sleep(2 * time.Minute)
		}
		for _, r := range h.site.asked[1:] {
			if r.Header.Has("Range") || r.Header.Get("If-None-Match") != `"v1"` {
				t.Errorf("asked for Range %q, If-None-Match %q", r.Header.Get("Range"), r.Header.Get("If-None-Match"))
			}
		}
		if n := h.site.count(); n != 3 {
			t.Errorf("the origin was asked %d times", n)
		}
	})
}
