package admin_test

import (
	"os"
	"strings"
	"testing"

	"lacquer/admin"
)

// TestRoutesAreDocumented holds docs/admin.md to the routes of the API.
func TestRoutesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range admin.Routes() {
		_, path, _ := strings.Cut(strings.TrimSuffix(route, " open"), " ")
		if path != "/" && path != "/login" && !strings.Contains(string(text), path+"`") {
			t.Errorf("docs/admin.md does not name %s", path)
		}
	}
}
