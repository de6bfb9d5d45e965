package admin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lacquer/admin"
)

func TestPurge(t *testing.T) {
	f := func(order, wantDone, wantAnswer string) {
		t.Helper()
		h := &house{objects: []admin.Object{page("example.org/a", "news"), page("example.org/b", "news", "sport"), {URL: "example.org/c", NotStored: "private"}}}
		w := ask(newServer(t, h), request("POST", "/api/v1/purge", order))
		got := strings.TrimSpace(fmt.Sprint(w.Code, " ", codeOf(w)))
		if w.Code == 200 {
			var report admin.PurgeReport
			if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil {
				t.Fatal(err)
			}
			for _, p := range report.Purged {
				got += fmt.Sprintf("; %s %s %d %d %d", p.Kind, p.What, p.Number, p.Objects, p.Bytes)
			}
		}
		if done := strings.Join(h.purged, "; "); done != wantDone || got != wantAnswer {
			t.Errorf("%s: got %q and %q, want %q and %q", order, done, got, wantDone, wantAnswer)
		}
	}

	f(`{"urls": ["http://example.org/a", "https://example.org/b"]}`, "url http://example.org/a; url https://example.org/b",
		"200; url http://example.org/a 7 2 20; url https://example.org/b 7 2 20")
	f(`{"tags": ["news"], "soft": true}`, "tag news softly", "200; tag news 8 3 30")
	f(`{"all": true}`, "all", "200; all  9 4 40")
	// Nothing is done, and what there is now is counted; marks are nothing that could be purged.
	f(`{"urls": ["http://example.org/a"], "tags": ["news"], "dry_run": true}`, "", "200; url http://example.org/a 0 1 100; tag news 0 2 200")
	f(`{"all": true, "dry_run": true}`, "", "200; all  0 2 200")

	// One that is wrong, and nothing is done.
	f(`{"urls": ["http://example.org/a", "example.org"]}`, "", "400 input")
	f(`{"tags": ["news", ""]}`, "", "400 input")
	f(`{}`, "", "400 input")
	f(`{"all": true, "tags": ["news"]}`, "", "400 input")
	// A misspelt soft would be a hard purge.
	f(`{"all": true, "softly": true}`, "", "400 input")
	f(`{"all": true} {"all": true}`, "", "400 input")
	f(`all`, "", "400 input")
	f(`{"tags": ["`+strings.Repeat("a", 1<<20)+`"]}`, "", "413 input")
	f(`{"tags": ["a"`+strings.Repeat(`,"a"`, 10_000)+`]}`, "", "400 input")
}
