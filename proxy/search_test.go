package proxy_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
)

// A page that does not say itself that a part of the query makes no difference answers for no other URL, whatever its neighbours under the path say.
func TestSearchIsThePagesOwnWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			if r.Query == "" {
				return page(200, "Cache-Control: max-age=600", strings.NewReader("welcome")), nil
			}
			return page(200, "Cache-Control: max-age=600\nNo-Vary-Search: params=(\"utm\")", strings.NewReader("found")), nil
		})
		h.ask("GET", "/search")
		h.ask("GET", "/search?q=1&utm=1")
		if got := h.ask("GET", "/search?utm=5").body.String(); got != "found" {
			t.Errorf("got %q, which was stored for /search", got)
		}
	})
}

// A purge of a URL is certain, also where it is learned only afterwards that another URL means the same, be it for the first time or again.
func TestPurgeBeforeSearchIsLearned(t *testing.T) {
	answer := func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
		time.Sleep(time.Second)
		fields := "Cache-Control: max-age=6000"
		if r.Query != "odd" {
			fields += "\nNo-Vary-Search: key-order"
		}
		return page(200, fields, strings.NewReader(fmt.Sprint("fetch ", n))), nil
	}
	f := func(name, want string, before func(*house)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, policy.Settings{}, answer)
				before(h)
				if got := h.ask("GET", "/?b=2&a=1").body.String(); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}

	f("none", "fetch 1", func(h *house) { h.ask("GET", "/?a=1&b=2") })
	f("during the fetch", "fetch 2", func(h *house) {
		var all sync.WaitGroup
		all.Go(func() { h.ask("GET", "/?a=1&b=2") })
		synctest.Wait()
		h.ask("PURGE", "/?b=2&a=1")
		all.Wait()
	})
	f("during a fetch that is joined", "fetch 2", func(h *house) {
		go h.ask("GET", "/?a=1&b=2")
		synctest.Wait()
		h.ask("PURGE", "/?b=2&a=1")
		h.store.LearnSearch("site.example/", policy.SearchOf(message.Header{{Name: "No-Vary-Search", Value: "key-order"}}), time.Now())
	})
	f("while its answers quarrel", "fetch 4", func(h *house) {
		h.ask("GET", "/?a=1&b=2")
		h.ask("GET", "/?odd")
		h.ask("PURGE", "/?b=2&a=1")
		time.Sleep(11 * time.Minute)
		h.ask("GET", "/?c=1")
	})
}
