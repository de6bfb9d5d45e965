package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"lacquer/admin"
	"lacquer/edge"
)

// description is openapi.yaml as far as the tests need it.
type description struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas schemas }
}

type operation struct {
	Summary     string
	Security    *[]any
	RequestBody struct{ Content map[string]media } `yaml:"requestBody"`
	Responses   map[string]struct{ Content map[string]media }
}

type media struct {
	Schema  map[string]any
	Example any
}

func readDescription(t *testing.T) *description {
	t.Helper()
	d := new(description)
	if err := yaml.Unmarshal([]byte(admin.OpenAPI()), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Every route is described, and nothing else; who may ask it, too.
func TestDescriptionHasEveryRoute(t *testing.T) {
	var described []string
	for path, operations := range readDescription(t).Paths {
		for method, o := range operations {
			line := strings.ToUpper(method) + " " + path
			if o.Security != nil && len(*o.Security) == 0 {
				line += " open"
			}
			described = append(described, line)
		}
	}
	slices.Sort(described)
	routes := admin.Routes()
	slices.Sort(routes)
	if !slices.Equal(described, routes) {
		t.Errorf("described:\n%s\nthere are:\n%s", strings.Join(described, "\n"), strings.Join(routes, "\n"))
	}
}

// Every example is as its schema says.
func TestExamplesAreValid(t *testing.T) {
	d := readDescription(t)
	checked := 0
	f := func(at string, content map[string]media) {
		t.Helper()
		for kind, m := range content {
			if m.Schema == nil {
				continue
			}
			if m.Example == nil {
				if !strings.Contains(at, "/login") {
					t.Errorf("%s: %s has no example", at, kind)
				}
				continue
			}
			checked++
			for _, wrong := range d.Components.Schemas.check(at, m.Schema, m.Example) {
				t.Error(wrong)
			}
		}
	}
	for path, operations := range d.Paths {
		for method, o := range operations {
			f(method+" "+path+" request", o.RequestBody.Content)
			for status, response := range o.Responses {
				f(method+" "+path+" "+status, response.Content)
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d examples were found", checked)
	}
}

// Every answer that is given, with all that it can have, is as its schema says; so is every request that is described.
func TestAnswersAreAsDescribed(t *testing.T) {
	d := readDescription(t)
	h := &house{objects: []admin.Object{page("example.org/", "news"), {URL: "example.org/b", Lifetime: admin.Lifetime{From: "none"}}}}
	s := newServer(t, h)
	for _, r := range kinds {
		s.Metrics.Observe(&edge.Entry{Status: 200, Record: r})
	}
	f := func(method, path, query string) {
		t.Helper()
		o, ok := d.Paths[path][strings.ToLower(method)]
		if !ok {
			t.Fatalf("%s %s is not described", method, path)
		}
		body := ""
		if example := o.RequestBody.Content["application/json"].Example; example != nil {
			text, err := json.Marshal(example)
			if err != nil {
				t.Fatal(err)
			}
			body = string(text)
		}
		w := ask(s, request(method, path+query, body))
		var value any
		if err := json.Unmarshal(w.Body.Bytes(), &value); w.Code != 200 || err != nil {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		for _, wrong := range d.Components.Schemas.check(method+" "+path, o.Responses["200"].Content["application/json"].Schema, value) {
			t.Error(wrong)
		}
	}
	f("POST", "/api/v1/login", "")
	f("POST", "/api/v1/purge", "")
	f("POST", "/api/v1/explain", "")
	f("GET", "/api/v1/objects", "?limit=10")
	f("GET", "/api/v1/object", "?url=http://example.org/")
	f("GET", "/api/v1/stats", "")
	f("POST", "/api/v1/reload", "")
	f("GET", "/api/v1/versions", "")
	f("POST", "/api/v1/rollback", "")

	// A refusal, and a line of the stream.
	var value any
	json.Unmarshal(ask(s, request("GET", "/nothing", "")).Body.Bytes(), &value)
	for _, wrong := range d.Components.Schemas.check("failure", map[string]any{"$ref": "#/components/schemas/Failure"}, value) {
		t.Error(wrong)
	}
	for _, wrong := range d.Components.Schemas.check("transaction", map[string]any{"$ref": "#/components/schemas/Transaction"}, transaction(t, s)) {
		t.Error(wrong)
	}
}

// transaction returns a line of the stream, with all that it can have.
func transaction(t *testing.T, s *admin.Server) any {
	t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/v1/transactions", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil || response.StatusCode != 200 {
		t.Fatal(err, response)
	}
	defer response.Body.Close()
	s.Feed.Observe(wholeEntry())
	line, err := bufio.NewReader(response.Body).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := json.Unmarshal(line, &value); err != nil {
		t.Fatal(err)
	}
	described := readDescription(t).Components.Schemas["Transaction"].(map[string]any)["properties"].(map[string]any)
	for name := range maps.Keys(described) {
		if _, ok := value[name]; !ok && name != "missed" {
			t.Errorf("%s is described and was not sent", name)
		}
	}
	return value
}
