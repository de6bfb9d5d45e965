package report

import (
	"fmt"
	"os"
	"strings"
)

// Between these two lines of a page stands what WritePage writes, and nothing that a person wrote.
const (
	pageBegins = "<!-- results: written by make bench -->\n"
	pageEnds   = "<!-- end of results -->\n"
)

// WritePage puts all tables into a Markdown file, in the place of those that it had.
func (r *Results) WritePage(file string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, _, after, err := cutPage(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(before+pageBegins+"\n"+r.Markdown()+"\n"+pageEnds+after), 0o644)
}

// OnPage returns the tables that stand in the text of a page.
func OnPage(page string) (string, error) {
	_, tables, _, err := cutPage(page)
	return strings.Trim(tables, "\n") + "\n", err
}

func cutPage(page string) (before, tables, after string, err error) {
	before, rest, begins := strings.Cut(page, pageBegins)
	tables, after, ends := strings.Cut(rest, pageEnds)
	if !begins || !ends {
		return "", "", "", fmt.Errorf("the tables belong between the lines %q and %q, which are not both there", pageBegins, pageEnds)
	}
	return before, tables, after, nil
}
