package proxy_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/proxy"
	"lacquer/purge"
	"lacquer/storage"
)

// site is an origin made of a function. It counts what it is asked.
type site struct {
	mu     sync.Mutex
	asked  []*message.Request
	answer func(ctx context.Context, n int, r *message.Request) (*origin.Response, error)
}

func (s *site) Fetch(ctx context.Context, r *origin.Request) (*origin.Response, error) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Head)
	n := len(s.asked)
	s.mu.Unlock()
	return s.answer(ctx, n, r.Head)
}

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// page makes an origin's answer from lines of fields and a body.
func page(status int, fields string, body io.Reader) *origin.Response {
	head := &message.Response{Status: status, Major: 1, Minor: 1, Length: message.Unknown}
	for line := range strings.SplitSeq(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			head.Header.Add(name, value)
		}
	}
	return &origin.Response{Head: head, Body: io.NopCloser(body)}
}

// screen is a client: it takes one response.
type screen struct {
	head     message.Response
	body     strings.Builder
	finished bool
	cut      bool
}

func (s *screen) Interim(int, message.Header) error { return nil }
func (s *screen) Head(h *message.Response) error    { s.head = *h.Clone(); return nil }
func (s *screen) Write(p []byte) (int, error)       { return s.body.Write(p) }
func (s *screen) Flush() error                      { return nil }
func (s *screen) Trailer(message.Header)            {}
func (s *screen) Finish() error                     { s.finished = true; return nil }
func (s *screen) Abort()                            { s.cut = true }
func (s *screen) Upgrade(*message.Response) (io.ReadWriteCloser, error) {
	return nil, errors.New("no upgrade here")
}

// house is a server with its store, for one test in a bubble.
type house struct {
	*proxy.Server
	site  *site
	store *storage.Store
}

func open(t testing.TB, settings policy.Settings, answer func(ctx context.Context, n int, r *message.Request) (*origin.Response, error)) *house {
	t.Helper()
	purges := purge.NewLog()
	if settings.MaxObject == 0 {
		settings.MaxObject = 1 << 20
	}
	store, err := storage.New(storage.Options{Memory: 64 << 20, MaxObject: settings.MaxObject, Purges: purges})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{site: &site{answer: answer}, store: store}
	h.Server = proxy.New(proxy.Options{
		Store: store, Purges: purges, Log: slog.New(slog.DiscardHandler),
		Site: &proxy.Site{
			Backends: map[string]origin.Fetcher{"site": h.site}, Default: "site", Settings: settings, Tags: policy.TagFields(),
			PurgeAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		},
	})
	t.Cleanup(func() {
		h.Close()
		store.Close()
	})
	return h
}

// ask sends one request and returns what the client saw.
func (h *house) ask(method, uri string, fields ...string) *screen {
	path, query, hasQuery := strings.Cut(uri, "?")
	r := &proxy.Request{
		Request: &message.Request{Method: method, Scheme: "http", Authority: "site.example", Path: path, Query: query, HasQuery: hasQuery, Major: 1, Minor: 1},
		Client:  proxy.Client{Addr: netip.MustParseAddr("127.0.0.1"), Peer: netip.MustParseAddr("127.0.0.1")},
		ID:      "id",
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Add(name, value)
	}
	s := new(screen)
	h.Serve(context.Background(), r, s)
	return s
}

func TestHerdFetchesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(context.Context, int, *message.Request) (*origin.Response, error) {
			time.Sleep(700 * time.Millisecond)
			return page(200, "Cache-Control: max-age=60", strings.NewReader("hello")), nil
		})
		var herd sync.WaitGroup
		answers := make([]*screen, 300)
		for i := range answers {
			herd.Go(func() { answers[i] = h.ask("GET", "/") })
		}
		herd.Wait()
		for _, a := range answers {
			if a.body.String() != "hello" || !a.finished || a.head.Status != 200 {
				t.Fatalf("got %d %q, finished %v", a.head.Status, a.body.String(), a.finished)
			}
		}
		if n := h.site.count(); n != 1 {
			t.Errorf("the origin was asked %d times", n)
		}
		if got := h.ask("GET", "/").head.Header.Get("Cache-Status"); !strings.HasPrefix(got, "lacquer; hit") {
			t.Errorf("afterwards: %s", got)
		}
	})
}

func TestUncacheableSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(context.Context, int, *message.Request) (*origin.Response, error) {
			time.Sleep(400 * time.Millisecond)
			return page(200, "Cache-Control: no-store", strings.NewReader("mine")), nil
		})
		start := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { h.ask("GET", "/") })
		}
		all.Wait()
		if took := time.Since(start); took > 800*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if n := h.site.count(); n != 20 {
			t.Errorf("the origin was asked %d times", n)
		}
	})
}

func TestPurgeDuringFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, _ *message.Request) (*origin.Response, error) {
			time.Sleep(time.Second)
			return page(200, "Cache-Control: max-age=60", strings.NewReader([]string{"old", "new"}[n-1])), nil
		})
		var first, second *screen
		var all sync.WaitGroup
		all.Go(func() { first = h.ask("GET", "/") })
		synctest.Wait()
		if got := h.ask("PURGE", "/"); got.head.Status != 200 {
			t.Fatalf("PURGE: %d", got.head.Status)
		}
		all.Go(func() { second = h.ask("GET", "/") })
		all.Wait()
		if first.body.String() != "old" || second.body.String() != "new" {
			t.Errorf("before the purge %q, after it %q", first.body.String(), second.body.String())
		}
		if got := h.ask("GET", "/"); got.body.String() != "new" {
			t.Errorf("stored: %q", got.body.String())
		}
	})
}

func TestOriginPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, n int, _ *message.Request) (*origin.Response, error) {
			if n == 1 {
				panic("a fault")
			}
			return page(200, "Cache-Control: max-age=60", strings.NewReader("well")), nil
		})
		if got := h.ask("GET", "/"); got.head.Status != 503 {
			t.Errorf("with a fault: %d", got.head.Status)
		}
		if got := h.ask("GET", "/"); got.body.String() != "well" {
			t.Errorf("after it: %q", got.body.String())
		}
	})
}
