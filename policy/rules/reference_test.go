package rules_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lacquer/policy/rules"
)

const manual = "../../docs/rules.md"

// TestManual holds the tables of the manual to those of the compiler.
func TestManual(t *testing.T) {
	content, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for name, table := range map[string]string{
		"steps": stepTable(), "actions": table("action", "at", "form", rules.Actions()), "variables": table("variable", "at", "is", rules.Variables()),
		"functions": functionTable(),
	} {
		begin := "<!-- " + name + " -->\n"
		before, rest, found := strings.Cut(text, begin)
		_, after, ended := strings.Cut(rest, "<!-- end -->")
		if !found || !ended {
			t.Fatalf("the manual has no place for the table of %s", name)
		}
		text = before + begin + table + "<!-- end -->" + after
	}
	if *update {
		if err := os.WriteFile(manual, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(content) {
		t.Error("docs/rules.md does not say what the compiler knows: run go test ./policy/rules -update")
	}
}

func stepTable() string {
	about := [rules.Steps]string{
		"the key, the backend, pass or answer at once, rewrite", "the request to the origin", "whether and for how long to keep it, its tags", "the response to the client",
		"what is sent when there is nothing else to send",
	}
	var b strings.Builder
	b.WriteString("| step | in Varnish | what it may decide |\n|---|---|---|\n")
	for step := range rules.Steps {
		name, varnish := rules.StepNames(step)
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", name, strings.Join(varnish, "`, `"), about[step])
	}
	return b.String()
}

func table(what, steps, form string, entries []rules.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s | %s | |\n|---|---|---|---|\n", what, steps, form)
	for _, e := range entries {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Name, stepList(e.Steps), e.Form, e.About)
	}
	return b.String()
}

func stepList(steps []rules.Step) string {
	if len(steps) == int(rules.Steps) {
		return "any"
	}
	names := make([]string, len(steps))
	for i, step := range steps {
		names[i] = step.String()
	}
	return strings.Join(names, ", ")
}

func functionTable() string {
	var b strings.Builder
	b.WriteString("| function | |\n|---|---|\n")
	for _, e := range rules.Functions() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.Form, e.About)
	}
	return b.String()
}

// TestRecipes compiles every rule that the manual shows.
func TestRecipes(t *testing.T) {
	content, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\nrules:\n(.*?)```").FindAllStringSubmatch(string(content), -1)
	if len(blocks) < 10 {
		t.Fatalf("only %d recipes", len(blocks))
	}
	for _, block := range blocks {
		if _, err := rules.Compile(nodes(t, "rules.md", block[1]), options()); err != nil {
			t.Errorf("%v\n%s", err, block[1])
		}
	}
}

// TestActionsAndSteps tries every action at every step: where the reference does not have it, the compiler must refuse it.
func TestActionsAndSteps(t *testing.T) {
	forms := map[string]string{
		"pass": "true", "pipe": "true", "respond": "{status: 200}", "redirect": "/a", "backend": "app", "key": "[a]", "query": "{sort: true}", "cookies": "{sort: true}", "obey": "[no-cache]", "early_refresh": "true",
		"url": "/a", "host": "a", "set": "{A: b}", "add": "{A: b}", "unset": "[A]", "ttl": "1s", "stale_while_revalidate": "1s", "stale_if_error": "1s", "keep": "1s",
		"store": "true", "tags": "[a]", "restart": "true", "retry": "true", "log": "a", "count": "a", "stop": "true", "rules": "[{count: a}]",
	}
	for _, a := range rules.Actions() {
		form, ok := forms[a.Name]
		if !ok {
			t.Errorf("%s has no case", a.Name)
			continue
		}
		for step := range rules.Steps {
			_, err := rules.Compile(nodes(t, "rules.yaml", fmt.Sprintf("- on: %s\n  %s: %s\n", step, a.Name, form)), options())
			if may := slices.Contains(a.Steps, step); may != (err == nil) {
				t.Errorf("%s at %s: %v", a.Name, step, err)
			}
			if err != nil && !strings.Contains(err.Error(), "cannot stand at "+step.String()+"; it stands at "+a.Steps[0].String()) {
				t.Errorf("%s at %s: %v", a.Name, step, err)
			}
		}
	}
}
