package demo_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestGuard has requests come to the control page that are not from it.
func TestGuard(t *testing.T) {
	perform(t, func(s *stage) {
		f := func(what string, change func(r *http.Request), want int) {
			t.Helper()
			r := s.order("/api/edit", fields{"article": 1, "title": "Mine", "text": "now"})
			change(r)
			if _, answer := s.do(r); answer.StatusCode != want {
				t.Errorf("%s: got %s, want %d", what, answer.Status, want)
			}
			var now struct{ Title string }
			s.call("/api/article", fields{"article": 1}, &now)
			if changed := now.Title == "Mine"; changed != (want == 200) {
				t.Errorf("%s: the article is now %q", what, now.Title)
			}
		}

		// A name that was bound anew to this machine.
		f("a foreign host", func(r *http.Request) { r.Host = "attacker.example:80" }, 421)
		f("no host of loopback", func(r *http.Request) { r.Host = "192.0.2.1" }, 421)
		// A page of another origin, by either of the fields in which a browser says so.
		f("cross-site", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403)
		f("the site itself", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403)
		f("another origin", func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", s.demo.SiteURL())
		}, 403)
		// Without the token, or with another.
		f("no token", func(r *http.Request) { r.Header.Del("X-Demo-Token") }, 403)
		f("another token", func(r *http.Request) { r.Header.Set("X-Demo-Token", s.token[1:]+"A") }, 403)
		// The page itself, by either name.
		f("the page", func(*http.Request) {}, 200)
		f("localhost", func(r *http.Request) { r.Host = "localhost:1234" }, 200)
	})
}

func TestStreamIsForThePage(t *testing.T) {
	perform(t, func(s *stage) {
		f := func(fetched string, want int) {
			t.Helper()
			r, err := http.NewRequest("GET", s.demo.ControlURL()+"/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Sec-Fetch-Site", fetched)
			answer, err := s.browser.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != want {
				t.Errorf("%s: got %s, want %d", fetched, answer.Status, want)
			}
		}

		f("same-origin", 200)
		f("same-site", 403)
		f("cross-site", 403)
	})
}

// TestStreamGoesOn has a browser come back that was cut off.
func TestStreamGoesOn(t *testing.T) {
	perform(t, func(s *stage) {
		s.see("/articles/1")
		s.see("/articles/1")
		r, err := http.NewRequest("GET", s.demo.ControlURL()+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Last-Event-ID", "1")
		answer, err := s.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		v := newViewer(s, answer.Body)
		defer v.close()
		if v.next(); len(v.seen) != 1 || v.seen[0].Number != 2 {
			t.Errorf("got %+v, want the second transaction alone", v.seen)
		}
	})
}

func TestOrdersThatCannotBeFollowed(t *testing.T) {
	perform(t, func(s *stage) {
		f := func(path string, order fields, code int, want string) {
			t.Helper()
			body, answer := s.do(s.order(path, order))
			if answer.StatusCode != code || !strings.Contains(body, want) {
				t.Errorf("%s %v: got %s: %s; want %d: %s", path, order, answer.Status, body, code, want)
			}
		}

		f("/api/edit", fields{"article": 1, "title": " ", "text": "x"}, 422, "an article has a title and a text")
		f("/api/edit", fields{"article": 1, "title": strings.Repeat("é", 101), "text": "x"}, 422, "longer than 100 characters")
		f("/api/edit", fields{"article": 9, "title": "x", "text": "x"}, 422, "no article 9")
		f("/api/tag", fields{"article": 9}, 422, "no article 9")
		f("/api/article", fields{"article": 9}, 422, "no article 9")
		f("/api/herd", fields{"path": "/", "clients": 0}, 422, "from 1 to 300")
		f("/api/herd", fields{"path": "/", "clients": 301}, 422, "from 1 to 300")
		// Only pages of the site are asked for.
		f("/api/visit", fields{"path": "/elsewhere"}, 422, "no such page")
		f("/api/purge", fields{"path": "@192.0.2.1/"}, 422, "no such page")
		f("/api/herd", fields{"path": "//192.0.2.1/", "clients": 1}, 422, "no such page")
		// What was misspelt, and what is too long.
		f("/api/purge", fields{"path": "/", "sotf": true}, 400, "unknown field")
		f("/api/edit", fields{"text": strings.Repeat("x", 1<<17)}, 400, "too large")
		f("/api/nothing", fields{}, 404, "")
	})
}

// TestPageNeedsNothingElse holds the page to its Content-Security-Policy: no script or style within it, and nothing from other hosts.
func TestPageNeedsNothingElse(t *testing.T) {
	perform(t, func(s *stage) {
		for _, path := range []string{"/", "/app.js", "/style.css", "/icon.svg"} {
			text, answer := s.get(s.demo.ControlURL() + path)
			policy := answer.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: Content-Security-Policy: %s", path, policy)
			}
			text = strings.ReplaceAll(text, s.demo.SiteURL(), "")
			text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")
			for _, forbidden := range []string{`<script>`, `<style`, ` style=`, ` on[a-z]+=`, `https?://`, `innerHTML`} {
				if found := regexp.MustCompile(forbidden).FindString(text); found != "" {
					t.Errorf("%s holds %s", path, found)
				}
			}
		}
	})
}
