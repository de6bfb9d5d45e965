package trial_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lacquer/policy/trial"
)

var update = flag.Bool("update", false, "write the keys of tests into their documentation")

// forms are how values are written, for people.
var forms = map[trial.Form]string{
	trial.Text: "text", trial.Bool: "`true`, `false`", trial.Status: "200 to 599", trial.Duration: "`90s`, `7d`", trial.Texts: "list of texts, or one",
	trial.Fields: "names and values; `null` for none", trial.Address: "IP address", trial.OutcomeOf: "an outcome", trial.ReasonOf: "a reason",
	trial.KeyParts: "text, list or `{contains: ...}`", trial.BackendOf: "name", trial.RulesOf: "list of names", trial.Group: "keys",
}

// TestReference holds the documentation of tests to the keys that there are.
func TestReference(t *testing.T) {
	const path, begin, end = "../../docs/rule-tests.md", "<!-- keys: made by go test ./policy/trial -update -->\n", "<!-- end of keys -->"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the keys", path)
	}
	var table strings.Builder
	table.WriteString("| key | form | |\n|---|---|---|\n")
	writeKeys(&table, "", trial.Keys())
	want := before + begin + table.String() + end + after
	switch {
	case string(data) == want:
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not say which keys there are: run go test ./policy/trial -update", path)
	}
}

func writeKeys(b *strings.Builder, above string, keys []trial.Key) {
	for _, k := range keys {
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", above, k.Name, forms[k.Form], k.Help)
		writeKeys(b, above+k.Name+".", k.Keys)
	}
}
