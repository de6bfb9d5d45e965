package daemon

import (
	"fmt"
	"strings"
)

// fault is what is wrong with a ${...}.
type fault struct {
	written string // what stands in the file
	text    string // what is wrong, and what to do
}

// expand replaces ${NAME} by the value of a variable, ${NAME:-default} by the default where the variable is unset or empty,
// and $$ by a dollar sign. Any other dollar sign stands for itself. It works on single values after the file was parsed, so a
// variable can never add keys to a file.
func expand(text string, environ map[string]string) (string, []fault) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	var b strings.Builder
	var faults []fault
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), faults
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			text = rest[1:]
		case strings.HasPrefix(rest, "{"):
			inner, after, closed := strings.Cut(rest[1:], "}")
			if !closed {
				return "", append(faults, fault{"${", `"${" has no "}"; close it, or write $$ for a dollar sign`})
			}
			value, f := variable(inner, environ)
			if f != "" {
				faults = append(faults, fault{"${" + inner + "}", f})
			}
			b.WriteString(value)
			text = after
		default:
			b.WriteByte('$')
			text = rest
		}
	}
}

// variable returns the value of what stands between ${ and }, or what is wrong with it.
func variable(inner string, environ map[string]string) (value, wrong string) {
	name, fallback, hasFallback := strings.Cut(inner, ":-")
	if !isVariableName(name) {
		return "", fmt.Sprintf("%q is not the name of a variable; write ${NAME}, ${NAME:-default}, or $$ for a dollar sign", name)
	}
	value, set := environ[name]
	switch {
	case hasFallback && value == "":
		return fallback, ""
	case !set:
		return "", fmt.Sprintf("the variable %s is not set in the environment; set it, or write ${%s:-default}", name, name)
	}
	return value, ""
}

// isVariableName reports whether name is one that every shell can set (POSIX.1-2017, Base Definitions section 8.1).
func isVariableName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := c == '_' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
