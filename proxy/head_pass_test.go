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
	"lacquer/proxy"
)

// What has gone to the origin before something was stored says nothing of that.
func TestHeadOlderThanWhatIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Method == "HEAD" {
				time.Sleep(10 * time.Second)
				return page(200, "Cache-Control: max-age=600\nX-Version: old", strings.NewReader("")), nil
			}
			return page(200, "Cache-Control: max-age=60\nX-Version: new", strings.NewReader("new")), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			e.Pass = step == rules.Request && v.Req.Method == "HEAD"
		})
		go h.ask("HEAD", "/")
		time.Sleep(time.Second)
		h.ask("PURGE", "/")
		h.ask("GET", "/")
		time.Sleep(20 * time.Second)
		if got := h.ask("GET", "/").head.Header.Get("X-Version"); got != "new" {
			t.Errorf("the head is %s after a purge", got)
		}
	})
}

// A HEAD with a body is asked with what is in no key: its answer says nothing of what is stored.
func TestHeadWithBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Method == "HEAD" {
				return page(200, "Cache-Control: max-age=600\nLink: </evil>", strings.NewReader("")), nil
			}
			return page(200, "Cache-Control: max-age=60", strings.NewReader("new")), nil
		})
		h.ask("GET", "/")
		time.Sleep(time.Second)
		r := &proxy.Request{
			Request: &message.Request{Method: "HEAD", Scheme: "http", Authority: "site.example", Path: "/", Major: 1, Minor: 1, Length: 4},
			Client:  client("127.0.0.1", false), ID: "id", Body: strings.NewReader("evil"),
		}
		h.Serve(context.Background(), r, new(screen))
		if got := h.ask("GET", "/"); got.head.Header.Has("Link") {
			t.Errorf("poisoned: %v", got.head.Header)
		}
	})
}

// A HEAD that goes by the store for what a rule has seen in its fields, as a GET would, says nothing of what is stored.
func TestHeadThatPassesAsGetWould(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Header.Has("X-Preview") {
				return page(200, "Cache-Control: max-age=600\nX-Robots-Tag: none", strings.NewReader("")), nil
			}
			return page(200, "Cache-Control: max-age=60", strings.NewReader("new")), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			e.Pass = step == rules.Request && v.Req.Header.Has("X-Preview")
		})
		h.ask("GET", "/")
		time.Sleep(time.Second)
		h.ask("HEAD", "/", "X-Preview: 1")
		if got := h.ask("GET", "/"); got.head.Header.Has("X-Robots-Tag") {
			t.Errorf("poisoned: %v", got.head.Header)
		}
	})
}
