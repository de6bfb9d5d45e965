package site_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/internal/demo/site"
)

// reader asks a site, in a bubble where its slowness costs nothing.
type reader struct {
	*testing.T
	site   *site.Site
	cookie string
}

func read(t *testing.T, test func(r *reader)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&reader{T: t, site: site.New()}) })
}

func (r *reader) do(method, target string, form url.Values) *http.Response {
	r.Helper()
	request := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.cookie != "" {
		request.Header.Set("Cookie", r.cookie)
	}
	w := httptest.NewRecorder()
	r.site.ServeHTTP(w, request)
	return w.Result()
}

func (r *reader) get(target string) string {
	r.Helper()
	return body(r.T, r.do("GET", target, nil))
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	var text strings.Builder
	if err := answer.Write(&text); err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(text.String(), "\r\n\r\n")
	return page
}

func TestPace(t *testing.T) {
	read(t, func(r *reader) {
		paces := map[time.Duration]bool{}
		for _, path := range r.site.Paths() {
			pace := site.Pace(path)
			if pace < 300*time.Millisecond || pace > 800*time.Millisecond {
				t.Errorf("%s takes %v", path, pace)
			}
			paces[pace] = true
			for range 2 {
				begin := time.Now()
				r.get(path)
				if took := time.Since(begin); took != pace {
					t.Errorf("%s took %v, not %v", path, took, pace)
				}
			}
			if n := r.site.AskedFor(path); n != 2 {
				t.Errorf("%s was asked for %d times, not twice", path, n)
			}
		}
		if len(paces) < 8 {
			t.Errorf("the paths differ too little: %v", paces)
		}
		if n := r.site.Asked(); n != 22 {
			t.Errorf("the site was asked %d times, not 22 times", n)
		}
	})
}

// TestSilence holds the site to saying nothing about caching where the demo says it.
func TestSilence(t *testing.T) {
	read(t, func(r *reader) {
		f := func(path, tags, control string) {
			t.Helper()
			h := r.do("GET", path, nil).Header
			if h.Get("Surrogate-Key") != tags || h.Get("Cache-Control") != control {
				t.Errorf("%s: tags %q, Cache-Control %q", path, h.Get("Surrogate-Key"), h.Get("Cache-Control"))
			}
			for _, name := range []string{"Expires", "Last-Modified", "Etag", "Vary"} {
				if h.Get(name) != "" {
					t.Errorf("%s: %s: %s", path, name, h.Get(name))
				}
			}
		}

		f("/", "articles article-1 article-2 article-3 article-4 article-5", "")
		f("/articles/3", "articles article-3", "")
		f("/basket", "", "")
		f("/pictures/3.svg", "pictures", "public, max-age=300")
		f("/style.css", "", "public, max-age=300")
	})
}

func TestNotFound(t *testing.T) {
	read(t, func(r *reader) {
		f := func(method, target string, form url.Values, want int) {
			t.Helper()
			if got := r.do(method, target, form).StatusCode; got != want {
				t.Errorf("%s %s: got %d, want %d", method, target, got, want)
			}
		}

		f("GET", "/articles/6", nil, 404)
		f("GET", "/articles/x", nil, 404)
		f("GET", "/pictures/1.png", nil, 404)
		f("GET", "/pictures/6.svg", nil, 404)
		f("GET", "/nothing", nil, 404)
		f("POST", "/articles/6", url.Values{"text": {"x"}}, 404)
		// A comment without a text, and a thing that is not for sale.
		f("POST", "/articles/1", url.Values{"name": {"x"}}, 422)
		f("POST", "/basket", url.Values{"article": {"6"}}, 422)
		f("PUT", "/articles/1", nil, 405)
	})
}

func TestPicturesAreWhole(t *testing.T) {
	read(t, func(r *reader) {
		seen := map[string]string{}
		for _, a := range r.site.Articles() {
			picture := r.get(a.Picture())
			if err := xml.Unmarshal([]byte(picture), new(struct{ XMLName xml.Name })); err != nil {
				t.Errorf("%s: %v", a.Picture(), err)
			}
			if other := seen[picture]; other != "" {
				t.Errorf("%s is the same as %s", a.Picture(), other)
			}
			seen[picture] = a.Picture()
		}
	})
}

func TestEdit(t *testing.T) {
	read(t, func(r *reader) {
		f := func(number int, title, text, want string) {
			t.Helper()
			if got := fmt.Sprint(r.site.Edit(number, title, text)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}

		f(1, "  A <title>  ", "One.\r\n\r\nTwo & three.", "<nil>")
		if page := r.get("/articles/1"); !strings.Contains(page, "<h1>A &lt;title&gt;</h1>") || !strings.Contains(page, "<p>Two &amp; three.</p>") {
			t.Errorf("the article: %s", page)
		}
		if page := r.get("/"); !strings.Contains(page, ">A &lt;title&gt;</a>") {
			t.Errorf("the list: %s", page)
		}
		f(1, "", "x", "an article has a title and a text")
		f(1, "x", " \n", "an article has a title and a text")
		f(1, strings.Repeat("ü", 101), "x", "the title is longer than 100 characters")
		f(1, strings.Repeat("ü", 100), strings.Repeat("ü", 4001), "the text is longer than 4000 characters")
		f(6, "x", "x", "there is no article 6")
	})
}

func TestCommentsAreBounded(t *testing.T) {
	read(t, func(r *reader) {
		for n := range 25 {
			answer := r.do("POST", "/articles/2", url.Values{"text": {fmt.Sprintf("comment %d.", n)}})
			if answer.StatusCode != 303 || answer.Header.Get("Location") != "/articles/2#comments" {
				t.Fatalf("got %s to %s", answer.Status, answer.Header.Get("Location"))
			}
		}
		page := r.get("/articles/2")
		if n := strings.Count(page, "A reader, "); n != 20 || !strings.Contains(page, "comment 24.") || strings.Contains(page, "comment 4.") {
			t.Errorf("%d comments, not the last 20: %s", n, page)
		}
		r.do("POST", "/articles/3", url.Values{"name": {strings.Repeat("n", 99)}, "text": {strings.Repeat("ß", 999)}})
		page = r.get("/articles/3")
		if strings.Contains(page, strings.Repeat("n", 41)) || strings.Contains(page, strings.Repeat("ß", 501)) {
			t.Errorf("a long comment was not cut: %s", page)
		}
	})
}

func TestBaskets(t *testing.T) {
	read(t, func(r *reader) {
		answer := r.do("POST", "/basket", url.Values{"article": {"1"}})
		cookies := answer.Cookies()
		if answer.StatusCode != 303 || len(cookies) != 1 {
			t.Fatalf("got %s with %v", answer.Status, cookies)
		}
		// It goes with the basket's own path, so no other page bears it.
		if c := cookies[0]; c.Path != "/basket" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie: %v", c)
		}
		if page := r.get("/basket"); strings.Contains(page, "Soup bowl") {
			t.Error("who has no cookie sees another's basket")
		}
		r.cookie = cookies[0].Name + "=" + cookies[0].Value
		if answer := r.do("GET", "/basket", nil); len(answer.Cookies()) != 0 || !strings.Contains(body(t, answer), "<li>Soup bowl</li>") {
			t.Error("who has the cookie does not see the basket, or gets another cookie")
		}
		// A basket is bounded, and a cookie that cannot be ours counts as none.
		for range 20 {
			r.do("POST", "/basket", url.Values{"article": {"2"}})
		}
		if n := strings.Count(r.get("/basket"), "<li>"); n != 12 {
			t.Errorf("%d things in the basket, not 12", n)
		}
		r.cookie = "basket=1"
		if answer := r.do("GET", "/basket", nil); len(answer.Cookies()) != 1 {
			t.Error("a foreign cookie was taken for ours")
		}
	})
}
