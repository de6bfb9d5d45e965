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

type ruleFunc func(step rules.Step, v *rules.Vars, e *rules.Effects)

func (f ruleFunc) Run(step rules.Step, v *rules.Vars, e *rules.Effects) { f(step, v, e) }

func (h *house) rule(f ruleFunc) {
	in := *h.Site()
	in.Rules = f
	h.Swap(&in)
}

// An error rule that restarts does not send a loop round again.
func TestLoopIsNotRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *house
		depth, asked := 0, 0
		h = open(t, policy.Settings{}, func(ctx context.Context, n int, r *message.Request) (*origin.Response, error) {
			asked++
			if depth++; depth > 6 {
				depth--
				return page(500, "", strings.NewReader("deep")), nil
			}
			var fields []string
			for _, f := range r.Header {
				fields = append(fields, f.Name+": "+f.Value)
			}
			s := h.ask("GET", r.Path, fields...)
			depth--
			return page(s.head.Status, "", strings.NewReader(s.body.String())), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			if step == rules.Request {
				e.Pass = true
			}
			if step == rules.Error {
				e.Restart = &rules.Restart{}
			}
		})
		h.ask("GET", "/")
		if asked > 1 {
			t.Errorf("a loop: the origin was asked %d times", asked)
		}
	})
}

// What a response rule adds is there once, however many 304s came.
func TestAddedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Header.Has("If-None-Match") {
				return page(304, "ETag: \"a\"\nCache-Control: max-age=1", strings.NewReader("")), nil
			}
			return page(200, "ETag: \"a\"\nCache-Control: max-age=1", strings.NewReader("x")), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			if step == rules.Response {
				v.Resp.Header.Add("Link", "</a>")
			}
		})
		for range 5 {
			got := h.ask("GET", "/")
			n := 0
			for range got.head.Header.Values("Link") {
				n++
			}
			if n != 1 {
				t.Errorf("%d times Link", n)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

// An unsafe method forgets what was stored for its URL, although rules for GET made another of it.
func TestUnsafeMethodForgetsWhatWasAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			return page(200, "Cache-Control: max-age=100", strings.NewReader("x")), nil
		})
		h.rule(func(step rules.Step, v *rules.Vars, e *rules.Effects) {
			if step == rules.Request && v.Req.Method == "GET" {
				v.Req.Path = "/shop" + v.Req.Path
			}
		})
		h.ask("GET", "/a")
		h.ask("POST", "/a")
		h.ask("GET", "/a")
		if n := h.site.count(); n != 3 {
			t.Errorf("%d fetches", n)
		}
	})
}
