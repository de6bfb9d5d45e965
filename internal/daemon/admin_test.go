package daemon_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"lacquer/admin"
	"lacquer/internal/daemon"
)

const adminURL = "http://127.0.0.1:6082"

// administered starts a house with a token.
func (h *house) administered(text string) *daemon.Daemon {
	h.t.Helper()
	d, err := daemon.Start(h.config(text), daemon.Host{Listen: h.Listen, Dial: h.Dial, AccessLog: &h.log, Token: "token", Version: "1.0"})
	if err != nil {
		h.t.Fatalf("Start: %v", err)
	}
	return d
}

// ask asks the administration as the holder of the token, and reads the answer into value, unless that is nil.
func (h *house) ask(method, path, body string, value any) (status int, text string) {
	h.t.Helper()
	r, err := http.NewRequest(method, adminURL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer token")
	response, err := h.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if value != nil {
		if err := json.Unmarshal(got, value); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, got)
		}
	}
	return response.StatusCode, string(got)
}

func TestAdministrationShowsAndPurges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.administered("listen: ['127.0.0.1:8080']\nrules: [{name: tags, on: response, tags: [news]}]\n")
		if d.Admin() != "127.0.0.1:6082" {
			t.Errorf("the administration is at %q", d.Admin())
		}
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		h.expect("http://127.0.0.1:8080/a", "200 hit hello from /a")

		var list admin.ObjectList
		h.ask("GET", "/api/v1/object?url=http://127.0.0.1:8080/a", "", &list)
		if o := list.Objects[0]; len(list.Objects) != 1 || o.URL != "127.0.0.1:8080/a" || o.Scheme != "http" || !o.Stored || o.Hits != 1 ||
			o.State != "fresh" || !o.Complete || o.Bytes != 13 || !slices.Equal(o.Tags, []string{"news"}) || len(o.Headers) == 0 {
			t.Errorf("objects: %+v", list)
		}
		f := func(filter string, want int) {
			t.Helper()
			var list admin.ObjectList
			if h.ask("GET", "/api/v1/objects?"+filter, "", &list); len(list.Objects) != want {
				t.Errorf("%s: %d objects, want %d", filter, len(list.Objects), want)
			}
		}
		f("tag=news", 1)
		f("tag=new", 0)
		f("host=127.0.0.1:8080", 1)
		f("host=127.0.0.1", 0)
		f("url=https://127.0.0.1:8080/a", 1) // whatever the scheme, as purges have it

		var stats admin.Stats
		h.ask("GET", "/api/v1/stats", "", &stats)
		if stats.Results["hit"] != 1 || stats.Results["miss"] != 1 || stats.Store.Objects != 1 || stats.Version != "1.0" ||
			!slices.Contains(stats.Rules, admin.RuleStats{Rule: "tags", Matched: 1}) {
			t.Errorf("stats: %+v", stats)
		}

		var e admin.Explanation
		h.ask("POST", "/api/v1/explain", `{"url": "http://127.0.0.1:8080/a"}`, &e)
		if e.Outcome != "hit" || e.Key.URL != "127.0.0.1:8080/a" || e.Key.Scheme != "http" || e.Backend != "app" || len(e.Stored) != 1 || e.Used == nil {
			t.Errorf("explanation of a hit: %+v", e)
		}
		e = admin.Explanation{}
		h.ask("POST", "/api/v1/explain", `{"url": "http://127.0.0.1:8080/b#top", "headers": [{"name": "Cookie", "value": "session=1"}]}`, &e)
		if e.Outcome != "miss" || !e.Identity || e.Fetched == nil || e.Fetched.Stored || e.Fetched.Reason != "cookies" || e.URL != "http://127.0.0.1:8080/b" {
			t.Errorf("explanation of a miss: %+v", e)
		}
		if status, text := h.ask("POST", "/api/v1/explain", `{"url": "http://127.0.0.1:8080/a b"}`, nil); status != 400 {
			t.Errorf("a URL with a space: %d %s", status, text)
		}

		var report admin.PurgeReport
		h.ask("POST", "/api/v1/purge", `{"tags": ["news"], "dry_run": true}`, &report)
		if !report.DryRun || report.Purged[0].Objects != 1 {
			t.Errorf("a dry run: %+v", report)
		}
		h.expect("http://127.0.0.1:8080/a", "200 hit hello from /a")
		h.ask("POST", "/api/v1/purge", `{"tags": ["news"]}`, &report)
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		h.ask("POST", "/api/v1/purge", `{"urls": ["http://127.0.0.1:8080/a"]}`, &report)
		if report.Purged[0].Objects != 1 || report.Purged[0].Bytes != 13 {
			t.Errorf("a purge: %+v", report)
		}
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		h.ask("POST", "/api/v1/purge", `{"all": true}`, &report)
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		h.stop(d)
	})
}

func TestAdministrationLoadsVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.administered("listen: ['127.0.0.1:8080']\n")
		var v admin.Version
		h.ask("POST", "/api/v1/reload", "", &v)
		if v.Number != 2 || v.By != "api" || !v.Current {
			t.Errorf("reload: %+v", v)
		}
		h.ask("POST", "/api/v1/rollback", `{}`, &v)
		if v.Number != 3 {
			t.Errorf("rollback: %+v", v)
		}
		if status, text := h.ask("POST", "/api/v1/rollback", `{"to": 9}`, nil); status != 422 || !strings.Contains(text, "version 9 is not kept") {
			t.Errorf("rollback to nothing: %d %s", status, text)
		}
		var list admin.VersionList
		h.ask("GET", "/api/v1/versions", "", &list)
		if len(list.Versions) != 3 || !list.Versions[0].Current || list.Versions[1].Current {
			t.Errorf("versions: %+v", list)
		}
		if _, text := h.ask("GET", "/metrics", "", nil); !strings.Contains(text, `lacquer_reloads_total{outcome="loaded"} 1`) {
			t.Errorf("the reload was not counted:\n%s", text)
		}
		h.stop(d)
	})
}

// While it drains it lives but is not ready; the administration is the last to go.
func TestAdministrationOutlivesTheListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.administered("listen: ['127.0.0.1:8080']\n")
		answers := make(chan string, 1)
		go func() { answers <- h.get("http://127.0.0.1:8080/held") }()
		synctest.Wait()
		if status, text := h.ask("GET", "/readyz", "", nil); status != 200 {
			t.Errorf("ready: %d %s", status, text)
		}
		stopped := make(chan error, 1)
		go func() { stopped <- d.Stop(context.Background()) }()
		synctest.Wait()
		if status, text := h.ask("GET", "/readyz", "", nil); status != 503 || !strings.Contains(text, "draining") {
			t.Errorf("ready while draining: %d %s", status, text)
		}
		if status, _ := h.ask("GET", "/healthz", "", nil); status != 200 {
			t.Error("it does not live while it drains")
		}
		close(h.held)
		if got := <-answers; got != "200 miss hello from /held" {
			t.Errorf("the held request got %q", got)
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if status, _ := h.ask("GET", "/healthz", "", nil); status != 0 {
			t.Error("the administration answers after the end")
		}
	})
}

// A stream of transactions has no end of its own; it does not hold up the end of the process.
func TestStreamsEndWithTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.administered("listen: ['127.0.0.1:8080']\n")
		streamed := make(chan string, 1)
		go func() {
			_, text := h.ask("GET", "/api/v1/transactions", "", nil)
			streamed <- text
		}()
		synctest.Wait()
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		h.stop(d)
		if text := <-streamed; !strings.Contains(text, `"url":"http://127.0.0.1:8080/a"`) || !strings.Contains(text, `"result":"miss"`) {
			t.Errorf("streamed: %s", text)
		}
	})
}

func TestNoAdministration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		// Without a token, whatever the configuration says; and with one, where that says off.
		for _, d := range []*daemon.Daemon{h.start("listen: ['127.0.0.1:8080']\n"), h.administered("listen: ['127.0.0.1:8081']\nadmin: off\n")} {
			if d.Admin() != "" || d.LoginPath() != "" {
				t.Errorf("there is an administration at %q", d.Admin())
			}
			if status, _ := h.ask("GET", "/healthz", "", nil); status != 0 {
				t.Error("somebody answers")
			}
			h.stop(d)
		}
	})
}

// Two on one machine: the second takes any address, unless one was written.
func TestAddressInUse(t *testing.T) {
	f := func(config, want string) {
		t.Helper()
		cfg := load(t, daemon.Source{File: "lacquer.yaml", Data: []byte("listen: ['127.0.0.1:0']\nbackends: {app: 'http://127.0.0.1:1'}\naccess_log: off\n" + config), System: fstest.MapFS{}})
		d, err := daemon.Start(cfg, daemon.Host{Token: "token"})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = d.Admin()
			d.Stop(context.Background())
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", config, got, want)
		}
	}
	// Whether the usual address is free on this machine or not, it is on this machine.
	f("", "127.0.0.1:")
	taken, err := admin.Open("127.0.0.1:0", net.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	f("admin: '"+taken.Addr().String()+"'\n", "the address is in use")
}

func (h *house) stop(d *daemon.Daemon) {
	h.t.Helper()
	if err := d.Stop(context.Background()); err != nil {
		h.t.Errorf("Stop: %v", err)
	}
}
