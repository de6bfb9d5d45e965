package report

import (
	"fmt"
	"os"
	"strings"
)

// Between these two lines of a page stands what Place writes, and nothing that a person wrote.
const (
	pageBegins = "<!-- results: written by make bench -->\n"
	pageEnds   = "<!-- end of results -->\n"
)

// Place puts text into a Markdown file, in the place of what it had between the two lines.
func Place(file, text string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, _, after, err := cutPage(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(before+pageBegins+"\n"+strings.Trim(text, "\n")+"\n\n"+pageEnds+after), 0o644)
}

// OnPage returns what stands between the two lines in the text of a page.
func OnPage(page string) (string, error) {
	_, tables, _, err := cutPage(page)
	return strings.Trim(tables, "\n") + "\n", err
}

func cutPage(page string) (before, tables, after string, err error) {
	before, rest, begins := strings.Cut(page, pageBegins)
	tables, after, ends := strings.Cut(rest, pageEnds)
	if !begins || !ends {
		return "", "", "", fmt.Errorf("the results belong between the lines %q and %q, which are not both there", pageBegins, pageEnds)
	}
	return before, tables, after, nil
}
