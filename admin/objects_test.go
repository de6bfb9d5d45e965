package admin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lacquer/admin"
)

func TestObjects(t *testing.T) {
	h := &house{objects: []admin.Object{page("example.org/a", "news"), page("example.org/b", "sport"), page("example.org/b", "news")}}
	s := newServer(t, h)
	f := func(path, want string) {
		t.Helper()
		w := ask(s, request("GET", path, ""))
		got := strings.TrimSpace(fmt.Sprint(w.Code, " ", codeOf(w)))
		if w.Code == 200 {
			var list admin.ObjectList
			if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
				t.Fatal(err)
			}
			for _, o := range list.Objects {
				got += fmt.Sprint(" ", o.URL, " ", len(o.Headers))
			}
			if list.More {
				got += " more"
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	f("/api/v1/objects", "200 example.org/a 0 example.org/b 0 example.org/b 0")
	f("/api/v1/objects?tag=news", "200 example.org/a 0 example.org/b 0")
	f("/api/v1/objects?tag=nothing", "200")
	// The limit says that there is more only where there is.
	f("/api/v1/objects?limit=2", "200 example.org/a 0 example.org/b 0 more")
	f("/api/v1/objects?limit=3", "200 example.org/a 0 example.org/b 0 example.org/b 0")
	f("/api/v1/objects?limit=0", "400 input")
	f("/api/v1/objects?limit=many", "400 input")
	// A filter that was misspelt would let everything through.
	f("/api/v1/objects?tags=news", "400 input")
	f("/api/v1/objects?url=example.org", "400 input")

	// One URL, with heads.
	f("/api/v1/object?url=http://example.org/b", "200 example.org/b 1 example.org/b 1")
	f("/api/v1/object?url=http://example.org/c", "404 not-found")
	f("/api/v1/object", "400 input")
}
