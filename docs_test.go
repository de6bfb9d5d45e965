package lacquer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lacquer/internal/daemon"
	"lacquer/policy"
)

// TestReasonsAreDocumented holds docs/cache-status.md to the reasons that there are, each once, no others, and to what explain says would change them.
func TestReasonsAreDocumented(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "docs/cache-status.md"), "## Reasons")
	rows := make(map[string][]string)
	for line := range strings.Lines(table) {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` |"); ok && strings.HasPrefix(line, "| `") {
			rows[name] = append(rows[name], rest)
		}
	}
	for _, r := range policy.Reasons() {
		if n := len(rows[r.String()]); n != 1 {
			t.Errorf("reason %q stands %d times in the table, not once", r, n)
			continue
		}
		cells := strings.Split(rows[r.String()][0], "|")
		if got := strings.TrimSpace(cells[1]); len(cells) != 3 || got != r.Advice() {
			t.Errorf("what would change %q: the table says %q, explain says %q", r, got, r.Advice())
		}
		delete(rows, r.String())
	}
	for name := range rows {
		t.Errorf("the table has a reason %q that does not exist", name)
	}
}

// TestLinksLead follows the links of the documents to other files, and to headings in them.
func TestLinksLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`)
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			target := file
			if m[1] != "" {
				target = path.Join(path.Dir(file), m[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(read(t, target)), m[2]) {
				t.Errorf("%s links to %s%s, and there is no such heading", file, m[1], m[2])
			}
		}
	}
}

// TestConfigurationsInDocuments does with each configuration that the documents show what check does.
func TestConfigurationsInDocuments(t *testing.T) {
	tried := 0
	for _, file := range documents(t) {
		if file == "docs/rules.md" {
			continue // its recipes are tried where they stand beside the code
		}
		for i, text := range blocks(read(t, file), "yaml") {
			if strings.HasPrefix(text, "scrape_configs:") || !strings.Contains(text, ":\n") && !strings.Contains(text, ": ") {
				continue // of another program; a comment alone
			}
			tried++
			if err := checked(fmt.Sprintf("%s, block %d", file, i+1), text); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		}
	}
	if tried < 15 {
		t.Errorf("only %d configurations found", tried)
	}
}

// TestKeysAreDocumented holds docs/configuration.md to the keys that there are. Those of a backend stand there as backends.NAME, and access_log by its parts.
func TestKeysAreDocumented(t *testing.T) {
	var all struct {
		Properties map[string]section
	}
	if err := json.Unmarshal(daemon.Schema(), &all); err != nil {
		t.Fatal(err)
	}
	keys := keysOf("", all.Properties)
	if len(keys) < 25 {
		t.Fatalf("only %d keys: %q", len(keys), keys)
	}
	page := read(t, "docs/configuration.md")
	for _, key := range keys {
		if key != "backends" && key != "access_log" && strings.Count(page, "\n| `"+key+"` |") != 1 {
			t.Errorf("%s does not stand once in the table", key)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|").FindAllStringSubmatch(page, -1) {
		if !slices.Contains(keys, m[1]) && !strings.HasPrefix(m[1], "access_log.") {
			t.Errorf("the table has a key %s that does not exist", m[1])
		}
	}
}

// section is what the schema says of a key: the keys beneath it, if there are any.
type section struct {
	Properties map[string]section
}

// keysOf returns the keys of a schema, with dots between levels.
func keysOf(above string, keys map[string]section) (all []string) {
	for name, s := range keys {
		if s.Properties == nil {
			all = append(all, above+name)
		}
		all = append(all, keysOf(above+name+".", s.Properties)...)
	}
	return all
}

// TestWhyNotCached holds docs/why-not-cached.md to what it promises: without its remedy the page is not stored, or not used, for the reason of the
// heading, and with it it is.
func TestWhyNotCached(t *testing.T) {
	remedies := blocks(read(t, "docs/why-not-cached.md"), "yaml")
	used := make(map[string]bool)
	f := func(remedy, request, response, reason string) {
		t.Helper()
		at := slices.IndexFunc(remedies, func(text string) bool { return strings.Contains(text, remedy) })
		if at < 0 {
			t.Fatalf("no remedy with %q", remedy)
		}
		used[remedies[at]] = true
		const test = "\ntests:\n  - {name: page, request: %s, response: %s, %s}\n"
		if err := checked(remedy, fmt.Sprintf(test, request, response, reason)); err != nil {
			t.Errorf("without a remedy: %v", err)
		}
		if err := checked(remedy, remedies[at]+fmt.Sprintf(test, request, response, "after: 5s, expect: {outcome: hit}")); err != nil {
			t.Errorf("with its remedy: %v", err)
		}
	}
	refused := func(reason policy.Reason) string {
		return fmt.Sprintf("expect: {stored: false, reason: %v}", reason)
	}

	// Nobody says for how long.
	f("cache:\n  ttl", "{url: /}", "{}", refused(policy.NoLifetime))
	f("news keep for a minute", "{url: /news/}", "{}", refused(policy.NoLifetime))
	f("news keep for a minute", "{url: /news/}", "{headers: {Cache-Control: 'no-cache, max-age=0'}}", refused(policy.LifetimeOver))
	// The site forbids it.
	f("news are the same for all", "{url: /news/}", "{headers: {Cache-Control: no-store}}", refused(policy.NoStore))
	f("news are the same for all", "{url: /news/}", "{headers: {Cache-Control: private}}", refused(policy.Private))
	// Cookies, of the answer and of the visitor.
	f("news set no cookies", "{url: /news/}", "{headers: {Cache-Control: max-age=60, Set-Cookie: a=b}}", refused(policy.SetCookie))
	f("chat and theme", "{url: /, cookies: {chat_1: a, theme: dark}}", "{headers: {Cache-Control: max-age=60}}", refused(policy.Cookies))
	f("news are read without cookies", "{url: /news/, cookies: {session: a}}", "{headers: {Cache-Control: max-age=60}}", refused(policy.Cookies))
	// Stored, and asked for each time.
	f("news are at most ten seconds old", "{url: /news/}", "{headers: {Cache-Control: no-cache, ETag: '\"a\"'}}", "after: 5s, expect: {outcome: miss, reason: must-validate}")
	// Variants.
	f("pages do not differ by browser", "{url: /}", "{headers: {Cache-Control: max-age=60, Vary: '*'}}", refused(policy.VaryAny))
	// A password, a redirect.
	f("files need no password", "{url: /static/a, headers: {Authorization: Basic YTpi}}", "{headers: {Cache-Control: max-age=60}}", refused(policy.Authorization))
	f("short links keep for an hour", "{url: /go/a}", "{status: 302, headers: {Location: /b}}", refused(policy.StatusNotCacheable))

	for _, text := range remedies {
		if !used[text] {
			t.Errorf("nothing shows that this helps:\n%s", text)
		}
	}
}

// checked does with a configuration what check does, but for certificates. It needs neither a backend nor a listener, as
// documents show pieces.
func checked(name, text string) error {
	src := daemon.Source{File: name, Data: []byte(text)}
	if !strings.Contains(text, "backends:") {
		src.Flags.Backend = "http://origin:80"
	}
	if strings.Contains(text, "tls:") && !strings.Contains(text, "listen:") {
		src.Flags.Listen = []string{"https://:443"}
	}
	cfg, err := daemon.Load(src)
	if err != nil {
		return err
	}
	return cfg.TryRules(time.Now())
}

// documents are the files that people read, from the root.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "vcl-examples/*.md", "vcl-examples/*/*.md", "e2e/*.md"} {
		found, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			all = append(all, filepath.ToSlash(file))
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d documents found", len(all))
	}
	return all
}

// blocks returns what stands in a document between fences that name a language, without the indentation of the fence.
func blocks(text, language string) (found []string) {
	fence := regexp.MustCompile("(?ms)^( *)```" + language + "\n(.*?)^ *```$")
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		found = append(found, regexp.MustCompile("(?m)^"+m[1]).ReplaceAllString(m[2], ""))
	}
	return found
}

// anchors returns the links to the headings of a document, made of them as GitHub does.
func anchors(text string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, "#"+strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}
