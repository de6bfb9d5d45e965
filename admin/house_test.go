package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lacquer/admin"
)

// house is a made-up Lacquer. It writes down what was purged.
type house struct {
	purged  []string
	objects []admin.Object
	ready   error
	refuse  error // of reload and rollback
}

func soft(soft bool) string {
	if soft {
		return " softly"
	}
	return ""
}

func (h *house) PurgeURL(url string, s bool) (admin.Purged, error) {
	h.purged = append(h.purged, "url "+url+soft(s))
	return admin.Purged{Number: 7, Objects: 2, Bytes: 20}, nil
}

func (h *house) PurgeTag(tag string, s bool) (admin.Purged, error) {
	h.purged = append(h.purged, "tag "+tag+soft(s))
	return admin.Purged{Number: 8, Objects: 3, Bytes: 30}, nil
}

func (h *house) PurgeAll(s bool) (admin.Purged, error) {
	h.purged = append(h.purged, "all"+soft(s))
	return admin.Purged{Number: 9, Objects: 4, Bytes: 40}, nil
}

func (h *house) Objects(f admin.Filter) iter.Seq[admin.Object] {
	return func(yield func(admin.Object) bool) {
		for _, o := range h.objects {
			if f.Tag != "" && !slices.Contains(o.Tags, f.Tag) || f.URL != "" && !strings.HasSuffix(f.URL, "://"+o.URL) {
				continue
			}
			if !f.Headers {
				o.Headers = nil
			}
			if !yield(o) {
				return
			}
		}
	}
}

func (h *house) Store() admin.StoreStats {
	return admin.StoreStats{
		Objects: 2, URLs: 1, Bytes: 100, Limit: 1000, UnderWay: 10, UnderWayLimit: 200, Fetches: 1, Evicted: 5, VariantsDropped: 7, PurgeLog: 6,
	}
}

func (h *house) Rules() ([]admin.RuleStats, map[string]int64) {
	return []admin.RuleStats{{Rule: "pictures", Matched: 4, Failed: 1}}, map[string]int64{"mobile": 12}
}

func (h *house) Explain(_ context.Context, q admin.Question) (admin.Explanation, error) {
	lifetime := admin.Lifetime{Seconds: 60, From: "max-age", StaleIfError: 5}
	return admin.Explanation{
		Method: q.Method, URL: q.URL, Version: 1, Outcome: "miss", Reason: "not-stored", Advice: "a longer lifetime",
		Key: admin.Key{URL: "example.org/", Scheme: "http", Parts: []string{"de"}}, Identity: true, Backend: "app",
		Rules:   []admin.RuleMatch{{Step: "request", Rule: "a", File: "f", Line: 3, Changes: []string{"pass"}, Error: "failed"}},
		Answer:  &admin.Answer{Status: 301, Location: "/"},
		Used:    &admin.Response{Status: 200, Stored: true, Lifetime: lifetime, Vary: "cookie", Tags: []string{"t"}, Bytes: -1},
		Fetched: &admin.Response{Status: 200, Reason: "set-cookie", Lifetime: lifetime},
		Error:   "no connection",
		Stored:  h.objects,
	}, nil
}

func (h *house) Reload() (admin.Version, error) { return version(2), h.refuse }

func (h *house) Rollback(to int) (admin.Version, error) { return version(to), h.refuse }

func (h *house) Versions() []admin.Version { return []admin.Version{version(2), version(1)} }

func (h *house) Ready() error { return h.ready }

func version(n int) admin.Version {
	return admin.Version{Number: n, Loaded: time.Unix(1_700_000_000, 0).UTC(), By: "api", File: "f", Hash: "abc", Rules: 3, Current: true}
}

// page is an object with everything set.
func page(url string, tags ...string) admin.Object {
	return admin.Object{
		URL: url, Scheme: "http", KeyParts: []string{"de"}, Vary: []admin.Field{{Name: "accept-encoding", Value: "gzip"}}, Stored: true,
		Status: 200, Bytes: 100, Complete: true, State: "fresh", Age: 1, TTL: 59, Lifetime: admin.Lifetime{Seconds: 60, From: "max-age"},
		Tags: tags, Hits: 3, Headers: []admin.Field{{Name: "Content-Type", Value: "text/html"}}, Softened: "2026-01-01T00:00:00Z",
		NotStored: "set-cookie", NotStoredUntil: 5,
	}
}

const token = "the-token"

func newServer(t *testing.T, h *house) *admin.Server {
	t.Helper()
	s := &admin.Server{House: h, Token: token, Names: []string{"cache.example"}, Metrics: new(admin.Metrics), Feed: new(admin.Feed), Version: "1.0"}
	s.Init()
	t.Cleanup(func() { s.Shutdown(context.Background()) })
	return s
}

// request is one of a holder of the token, on the same machine; edit changes that.
func request(method, path, body string, edit ...func(*http.Request)) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "127.0.0.1:6082", "127.0.0.1:4711"
	r.Header.Set("Authorization", "Bearer "+token)
	for _, e := range edit {
		e(r)
	}
	return r
}

// ask returns the answer.
func ask(s *admin.Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// codeOf returns the code of a failure, "" where there is none.
func codeOf(w *httptest.ResponseRecorder) string {
	var f admin.Failure
	if w.Code == http.StatusOK || json.Unmarshal(w.Body.Bytes(), &f) != nil {
		return ""
	}
	return f.Code
}

var errWrong = errors.New("lacquer.yaml:3:5: something is wrong")
