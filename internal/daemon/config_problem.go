package daemon

import (
	"fmt"
	"strings"
)

// Error is everything that is wrong with a configuration.
type Error struct {
	Problems []Problem // at least one, in the order of file, environment, flags, and what they lack together
}

func (e *Error) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return strings.Join(texts, "\n")
}

// WrongUsage reports whether every problem lies in the flags: the command was called wrongly, and no file needs mending.
func (e *Error) WrongUsage() bool {
	for _, p := range e.Problems {
		if !p.Place.flag {
			return false
		}
	}
	return true
}

// Problem is one thing that is wrong, and where.
type Problem struct {
	Place
	Text    string   // what is wrong and what to do, in one line
	Excerpt string   // the line of the file and a caret beneath it, "" for what does not stand in a file
	Notes   []string // what else helps to understand it, in lines
}

// String returns place and text in one line, and the excerpt and the notes in those that follow.
func (p Problem) String() string {
	s := p.Place.String() + ": " + p.Text
	if p.Excerpt != "" {
		s += "\n" + p.Excerpt
	}
	for _, note := range p.Notes {
		s += "\n  " + note
	}
	return s
}

// Place says where a value stands.
type Place struct {
	Source       string // the file, the variable of the environment, or the flag with its dashes
	Line, Column int    // in a file, from 1, columns in characters; 0 for what stands in none
	flag         bool
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.Source
	}
	return fmt.Sprintf("%s:%d:%d", p.Source, p.Line, p.Column)
}

// excerpt shows the line at a place, the one before it, and a caret.
func excerpt(lines []string, at Place) string {
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	width := len(fmt.Sprint(at.Line))
	var b strings.Builder
	if before := at.Line - 1; before > 0 && strings.TrimSpace(lines[before-1]) != "" {
		fmt.Fprintf(&b, "  %*d | %s\n", width, before, lines[before-1])
	}
	line := lines[at.Line-1]
	fmt.Fprintf(&b, "> %*d | %s\n", width, at.Line, line)
	fmt.Fprintf(&b, "  %*s | %s^", width, "", indent(line, at.Column-1))
	return b.String()
}

// indent returns white space as wide as the first n characters of line: tabs stay tabs, so that a terminal aligns the caret.
func indent(line string, n int) string {
	var b strings.Builder
	for _, c := range line {
		if n <= 0 {
			break
		}
		n--
		if c == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
