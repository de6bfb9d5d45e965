package story

import (
	"fmt"
	"regexp"
	"strings"
)

// field is a field line of a head as it was received.
type field struct{ name, value string }

// head is the head of a message: its first line and its fields, in order.
type head struct {
	first    string
	fields   []field
	trailers []field // that came behind its body
}

func (h *head) has(name string) bool {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// get returns the values of all lines of this name, joined by commas.
func (h *head) get(name string) string {
	var values []string
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return strings.Join(values, ", ")
}

// String returns the head as it stands on the wire, with simple line ends.
func (h *head) String() string {
	var b strings.Builder
	b.WriteString(h.first)
	for _, f := range h.fields {
		fmt.Fprintf(&b, "\n%s: %s", f.name, f.value)
	}
	return b.String()
}

// trailing looks with a condition at what came behind the body.
func trailing(c condition) condition {
	return func(h *head) error {
		if err := c(&head{fields: h.trailers}); err != nil {
			return fmt.Errorf("in the trailers %w", err)
		}
		return nil
	}
}

// A condition says what is wrong with a head, or nothing.
type condition func(h *head) error

var (
	fieldPattern = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(?:\\s+(.*))?$")
	matchPattern = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\\s+(!?~)\\s+(.+)$")
)

// fieldLine reads "Name: value".
func fieldLine(text string) (field, bool) {
	m := fieldPattern.FindStringSubmatch(text)
	if m == nil {
		return field{}, false
	}
	return field{m[1], m[2]}, true
}

// parseCondition reads one of "Name: value", "Name ~ REGEXP", "Name !~ REGEXP", "has Name", "no Name", or "trailer" and one of these. It
// returns nil if the text is none of them.
func parseCondition(text string, v variables) (condition, error) {
	if behind, ok := strings.CutPrefix(text, "trailer "); ok {
		c, err := parseCondition(strings.TrimSpace(behind), v)
		if c == nil || err != nil {
			return nil, err
		}
		return trailing(c), nil
	}
	if f, ok := fieldLine(text); ok {
		return equals(f.name, v.expand(f.value)), nil
	}
	if m := matchPattern.FindStringSubmatch(text); m != nil && m[1] != "body" {
		return matches(m[1], m[3], m[2] == "~")
	}
	words := strings.Fields(text)
	if len(words) != 2 {
		return nil, nil
	}
	switch words[0] {
	case "has":
		return present(words[1], true), nil
	case "no":
		return present(words[1], false), nil
	}
	return nil, nil
}

func equals(name, want string) condition {
	return func(h *head) error {
		if !h.has(name) {
			return fmt.Errorf("there is no %s, want %q", name, want)
		}
		if got := h.get(name); got != want {
			return fmt.Errorf("%s is %q, want %q", name, got, want)
		}
		return nil
	}
}

func matches(name, expression string, want bool) (condition, error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	return func(h *head) error {
		got := h.get(name)
		switch {
		case re.MatchString(got) == want:
			return nil
		case want:
			return fmt.Errorf("%s is %q, want it to match %s", name, got, expression)
		}
		return fmt.Errorf("%s is %q, want it not to match %s", name, got, expression)
	}, nil
}

func present(name string, want bool) condition {
	return func(h *head) error {
		switch {
		case h.has(name) == want:
			return nil
		case want:
			return fmt.Errorf("there is no %s", name)
		}
		return fmt.Errorf("there is a %s: %q", name, h.get(name))
	}
}
