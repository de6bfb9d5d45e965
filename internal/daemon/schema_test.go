package daemon_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"

	"lacquer/internal/daemon"
)

const schemaFile = "../../docs/lacquer.schema.json"

// TestSchemaIsCommitted holds the schema that editors read to the tables: go test ./internal/daemon -run TestSchema -update.
func TestSchemaIsCommitted(t *testing.T) {
	if *update {
		if err := os.WriteFile(schemaFile, daemon.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(schemaFile)
	if err != nil || string(committed) != string(daemon.Schema()) {
		t.Errorf("%s is not what the tables make (%v); write it anew by go test ./internal/daemon -run TestSchema -update", schemaFile, err)
	}
}

// TestExamplesConform validates every configuration that the repository shows: examples, and those of stories.
func TestExamplesConform(t *testing.T) {
	root := schemaOf(t)
	count := 0
	check := func(name string, text []byte) {
		t.Helper()
		var value any
		if err := yaml.Unmarshal(text, &value); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		count++
		for _, wrong := range root.validate(root.schema, value, "") {
			t.Errorf("%s: %s", name, wrong)
		}
	}
	for _, path := range glob(t, "../../vcl-examples/*/lacquer.yaml") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(path, text)
	}
	for _, path := range glob(t, "../../e2e/testdata/script/*.txtar") {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "lacquer.yaml" {
				check(path, f.Data)
			}
		}
	}
	check("everything", []byte(everything))
	if count < 20 {
		t.Errorf("only %d configurations were found", count)
	}
}

// TestSchemaRefuses: what is no configuration does not conform.
func TestSchemaRefuses(t *testing.T) {
	root := schemaOf(t)
	f := func(text string, want string) {
		t.Helper()
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(root.validate(root.schema, value, ""), "\n"); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	f("{}", "")
	f("cache: {ttl: 5m, memory: 1.5GiB}", "")
	f("cache: {ttl: '${TTL}', heuristics: '${H:-true}'}", "")
	f("cache: {ttl: 5}", "/cache/ttl")
	f("cache: {memory: much}", "/cache/memory")
	f("memory: 1GiB", "/memory is not known")
	f("purge: {tags: {headers: [xkey, {X-Own: colon}]}}", "/purge/tags/headers")
	f("backends: {app: {timeouts: {connect: 1s, read: 1s}}}", "/backends/app")
	f("rules: [{on: request, pass: true}]", "")
	f("rules: [{on: recv, pass: true}]", "/rules")
	f("rules: [{on: response, ttl: '{{ duration(\"1h\") }}', set: {A: 1}}]", "")
	f("rules: [{on: request, rules: [{when: x, nothing: true}]}]", "/rules")
	f("tests: [{request: {url: /}, expect: {outcome: hit, headers: {A: null}}}]", "")
	f("tests: [{request: {url: /}, expect: {outcome: hidden}}]", "/tests")
	f("tests: [{expect: {pass: true}}]", "/tests")
}

// TestSchemaKnowsAllSettings: an editor that believes the schema knows every key that loads.
func TestSchemaKnowsAllSettings(t *testing.T) {
	root := schemaOf(t)
	var value any
	if err := yaml.Unmarshal([]byte(everything), &value); err != nil {
		t.Fatal(err)
	}
	var walk func(schema map[string]any, path string)
	walk = func(schema map[string]any, path string) {
		for name, part := range schema["properties"].(map[string]any) {
			child := part.(map[string]any)
			if _, deeper := child["properties"]; deeper {
				walk(child, path+"/"+name)
			} else if child["description"] == nil {
				t.Errorf("%s/%s has no description", path, name)
			}
		}
	}
	walk(root.schema, "")
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("nothing matches %s (%v)", pattern, err)
	}
	return paths
}

// validator is as much of JSON Schema as the schema uses. A keyword that it does not know fails the test.
type validator struct {
	t      *testing.T
	schema map[string]any
}

func schemaOf(t *testing.T) *validator {
	v := &validator{t: t}
	if err := json.Unmarshal(daemon.Schema(), &v.schema); err != nil {
		t.Fatal(err)
	}
	return v
}

// validate returns what of a value does not conform.
func (v *validator) validate(s map[string]any, value any, path string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, path+" "+fmt.Sprintf(format, args...)) }
	for keyword, want := range s {
		switch keyword {
		case "description", "title", "$schema", "$defs", "properties":
		case "type":
			if !v.hasType(value, want) {
				say("is a %T, not %v", value, want)
			}
		case "const":
			if fmt.Sprint(value) != fmt.Sprint(want) {
				say("is not %v", want)
			}
		case "enum":
			if !slices.Contains(want.([]any), value) {
				say("is none of %v", want)
			}
		case "pattern":
			if text, ok := value.(string); ok && !regexp.MustCompile(want.(string)).MatchString(text) {
				say("%q does not match %s", text, want)
			}
		case "minimum", "maximum":
			if n, ok := number(value); ok && (keyword == "minimum" && n < want.(float64) || keyword == "maximum" && n > want.(float64)) {
				say("is beyond its %s %v", keyword, want)
			}
		case "anyOf":
			wrong = append(wrong, v.anyOf(want.([]any), value, path)...)
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			wrong = append(wrong, v.validate(v.schema["$defs"].(map[string]any)[name].(map[string]any), value, path)...)
		case "items":
			if list, ok := value.([]any); ok {
				for i, item := range list {
					wrong = append(wrong, v.validate(want.(map[string]any), item, fmt.Sprintf("%s/%d", path, i))...)
				}
			}
		case "required":
			for _, name := range want.([]any) {
				if m, ok := value.(map[string]any); ok && m[name.(string)] == nil {
					say("lacks %s", name)
				}
			}
		case "minProperties", "maxProperties":
			if m, ok := value.(map[string]any); ok && (keyword == "minProperties" && float64(len(m)) < want.(float64) || keyword == "maxProperties" && float64(len(m)) > want.(float64)) {
				say("has %d keys", len(m))
			}
		case "additionalProperties":
			wrong = append(wrong, v.members(s, want, value, path)...)
		default:
			v.t.Fatalf("the keyword %s is not understood by this test", keyword)
		}
	}
	return wrong
}

func (v *validator) anyOf(forms []any, value any, path string) []string {
	var all []string
	for _, form := range forms {
		wrong := v.validate(form.(map[string]any), value, path)
		if len(wrong) == 0 {
			return nil
		}
		all = append(all, wrong...)
	}
	return []string{fmt.Sprintf("%s fits none of %d forms: %s", path, len(forms), strings.Join(all, "; "))}
}

// members validates the values of a map by "properties" and "additionalProperties".
func (v *validator) members(s map[string]any, others, value any, path string) (wrong []string) {
	m, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	known, _ := s["properties"].(map[string]any)
	for name, member := range m {
		form, ok := known[name].(map[string]any)
		if !ok {
			if form, ok = others.(map[string]any); !ok {
				wrong = append(wrong, path+"/"+name+" is not known")
				continue
			}
		}
		wrong = append(wrong, v.validate(form, member, path+"/"+name)...)
	}
	return wrong
}

func (v *validator) hasType(value, want any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return v.hasType(value, one) })
	}
	_, isNumber := number(value)
	switch want {
	case "null":
		return value == nil
	case "string":
		_, ok := value.(string)
		return ok
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "integer":
		kind := reflect.ValueOf(value).Kind()
		return isNumber && kind != reflect.Float64
	case "number":
		return isNumber
	case "array":
		_, ok := value.([]any)
		return ok
	case "object":
		_, ok := value.(map[string]any)
		return ok
	}
	v.t.Fatalf("the type %v is not understood by this test", want)
	return false
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
