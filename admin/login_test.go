package admin_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/admin"
)

// logIn follows a one-time link and returns the session's cookie, nil if there is none.
func logIn(t *testing.T, s *admin.Server, path string, edit ...func(*http.Request)) *http.Cookie {
	t.Helper()
	w := ask(s, request("GET", path, "", append(edit, without("Authorization"))...))
	cookies := w.Result().Cookies()
	if (w.Code == 200) != (len(cookies) == 1) {
		t.Fatalf("%s: %d with cookies %v", path, w.Code, cookies)
	}
	if len(cookies) == 0 {
		return nil
	}
	return cookies[0]
}

func TestOneTimeLink(t *testing.T) {
	s := newServer(t, new(house))
	w := ask(s, request("POST", "/api/v1/login", ""))
	var link admin.LoginLink
	if err := json.Unmarshal(w.Body.Bytes(), &link); err != nil {
		t.Fatal(err)
	}
	// A browser that only prepares, or looks at the head, does not use it up.
	logInRefused := func(edit ...func(*http.Request)) {
		t.Helper()
		if logIn(t, s, link.Path, edit...) != nil {
			t.Error("the link gave a session")
		}
	}
	logInRefused(with("Sec-Purpose", "prefetch;prerender"))
	logInRefused(func(r *http.Request) { r.Method = "HEAD" })
	cookie := logIn(t, s, link.Path)
	if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure {
		t.Fatalf("the cookie is %v", cookie)
	}
	// Once.
	logInRefused()
	if logIn(t, s, "/login?once=guess") != nil || logIn(t, s, "/login") != nil {
		t.Error("a guess gave a session")
	}

	f := func(want int, method, path, body string, edit ...func(*http.Request)) {
		t.Helper()
		edit = append(edit, without("Authorization"), func(r *http.Request) { r.AddCookie(cookie) })
		if w := ask(s, request(method, path, body, edit...)); w.Code != want {
			t.Errorf("%s %s: got %d, want %d: %s", method, path, w.Code, want, w.Body)
		}
	}
	f(200, "GET", "/api/v1/stats", "")
	// What changes something needs the browser's word on where it comes from.
	f(403, "POST", "/api/v1/purge", `{"all": true}`)
	f(200, "POST", "/api/v1/purge", `{"all": true}`, with("Origin", "http://127.0.0.1:6082"))
	f(403, "POST", "/api/v1/purge", `{"all": true}`, with("Origin", "http://evil.example"))
	// A token that is wrong is not mended by a cookie.
	w = ask(s, request("GET", "/api/v1/stats", "", func(r *http.Request) { r.AddCookie(cookie) }, with("Authorization", "Bearer wrong")))
	if w.Code != 401 {
		t.Errorf("a wrong token with a session: %d", w.Code)
	}
}

func TestLinksAndSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, new(house))
		early, late := s.Login(), s.Login()
		time.Sleep(4 * time.Minute)
		cookie := logIn(t, s, early)
		if cookie == nil {
			t.Fatal("a link of four minutes is not good")
		}
		time.Sleep(2 * time.Minute)
		if logIn(t, s, late) != nil {
			t.Error("a link of six minutes is good")
		}
		stats := func() int {
			return ask(s, request("GET", "/api/v1/stats", "", without("Authorization"), func(r *http.Request) { r.AddCookie(cookie) })).Code
		}
		time.Sleep(11 * time.Hour)
		if stats() != 200 {
			t.Error("a session of eleven hours has ended")
		}
		time.Sleep(time.Hour)
		if stats() != 401 {
			t.Error("a session of twelve hours has not ended")
		}
	})
}

// Links that nobody follows take no room without end: the oldest go.
func TestLinksAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, new(house))
		first := s.Login()
		for range 100 {
			time.Sleep(time.Millisecond)
			s.Login()
		}
		if logIn(t, s, first) != nil {
			t.Error("the first of 101 links is still good")
		}
		if logIn(t, s, s.Login()) == nil {
			t.Error("the last link is not good")
		}
	})
}
