package main_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	origin "lacquer/bench/origin"
)

func TestPages(t *testing.T) {
	site := origin.NewSite()
	f := func(path string, wantStatus int, wantBody string) {
		t.Helper()
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if body := w.Body.String(); w.Code != wantStatus || !strings.HasPrefix(body, wantBody) || wantBody == "" && body != "" {
			t.Errorf("%s: got %d %q, want %d %q", path, w.Code, body, wantStatus, wantBody)
		}
		if w.Code == http.StatusOK && path != "/requests" && w.Header().Get("Cache-Control") == "" {
			t.Errorf("%s may not be stored", path)
		}
	}

	// The path, over and over, cut off at the length.
	f("/object/20/a", 200, "/object/20/a/object/")
	f("/object/5/a", 200, "/obje")
	f("/object/0/a", 200, "")
	// Nothing is made of what is no number, or too many bytes, or another path.
	f("/object/-1/a", 404, "/object/-1/a: ")
	f("/object/99999999/a", 404, "/object/99999999/a: ")
	f("/slow/70000/20/a", 404, "/slow/70000/20/a: ")
	f("/object/20", 404, "/object/20: ")
	f("/", 404, "/: there are ")
	// Each of those was counted; the questions for the count are not.
	f("/requests", 200, "8\n")
	f("/requests", 200, "8\n")
}

func TestSlowPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		w := httptest.NewRecorder()
		origin.NewSite().ServeHTTP(w, httptest.NewRequest("GET", "/slow/100/5/a", nil))
		if waited := time.Since(begin); w.Body.String() != "/slow" || waited != 100*time.Millisecond {
			t.Errorf("%q after %v", w.Body, waited)
		}
	})
}
