package story

import (
	"fmt"
	"regexp"
	"strings"
)

// line is a line of a script without surrounding white space.
type line struct {
	number int // from 1
	text   string
}

// command is a sentence of a script, with the lines that stand indented beneath it.
type command struct {
	line
	words []string
	block []line
}

// Script is a story that has been read.
type Script struct {
	Name     string // of the file, for messages
	Title    string // its first comment
	commands []command
	files    map[string]string
}

// Parse reads a story: a txtar archive whose comment is the script. Errors name file and line.
func Parse(name string, data []byte) (*Script, error) {
	text, files := archive(string(data))
	s := &Script{Name: name, files: map[string]string{}}
	for _, f := range files {
		if _, twice := s.files[f.name]; twice {
			return nil, fmt.Errorf("%s: the file %s is there twice", name, f.name)
		}
		s.files[f.name] = f.value
	}
	for i, text := range strings.Split(text, "\n") {
		if err := s.read(line{i + 1, text}); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	switch {
	case s.Title == "":
		return nil, fmt.Errorf("%s: begin with a comment that tells what the story shows", name)
	case len(s.commands) == 0:
		return nil, fmt.Errorf("%s: nothing happens in it", name)
	}
	for _, c := range s.commands {
		if err := s.check(c); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", name, c.number, c.text, err)
		}
	}
	return s, nil
}

// read takes up the next line.
func (s *Script) read(l line) error {
	indented := strings.HasPrefix(l.text, " ") || strings.HasPrefix(l.text, "\t")
	l.text = strings.TrimSpace(l.text)
	switch {
	case l.text == "":
	case strings.HasPrefix(l.text, "#"):
		if s.Title == "" {
			s.Title = strings.TrimSpace(strings.TrimPrefix(l.text, "#"))
		}
	case !indented:
		words, err := split(l.text)
		if err != nil {
			return err
		}
		s.commands = append(s.commands, command{line: l, words: words})
	case len(s.commands) == 0:
		return fmt.Errorf("%q is indented, but there is no command above it", l.text)
	default:
		last := &s.commands[len(s.commands)-1]
		last.block = append(last.block, l)
	}
	return nil
}

// wordPattern is a word: a Go string in double quotes, or anything without white space.
var wordPattern = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|[^\s"]\S*)(?:\s+|$)`)

// split takes a line apart into words. Quotes stay, for they tell a text from the name of a file.
func split(text string) ([]string, error) {
	var words []string
	for rest := text; rest != ""; {
		m := wordPattern.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("a quote is not closed in %q", rest)
		}
		words = append(words, m[1])
		rest = rest[len(m[0]):]
	}
	return words, nil
}
