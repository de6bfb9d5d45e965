package story

import (
	"fmt"
	"strings"
)

// sentence is a kind of command. Words in capitals stand for one or, at the end, several words of the script; the others stand as
// they are. It is in the README.
type sentence struct {
	usage, help string
	block       string // what may stand indented beneath it: "answer", "request", "expectations" or nothing
	run         func(s *Story, args []string, c command) error
}

// sentences returns all that a script can say.
func sentences() []sentence {
	var all []sentence
	for _, chapter := range [][]sentence{storySentences(), originSentences(), proxySentences(), clientSentences("client NAME"), clientSentences("herd SIZE")} {
		all = append(all, chapter...)
	}
	return all
}

// find returns the sentence that these words are, with the arguments that stand for its words in capitals.
func find(words []string) (sentence, []string, error) {
	for _, sen := range sentences() {
		if args, ok := sen.match(words); ok {
			return sen, args, nil
		}
	}
	return sentence{}, nil, fmt.Errorf("nobody understands this; see the README for what can be said")
}

// check says whether a command can be understood, with all that stands beneath it, before the story begins.
func (s *Script) check(c command) error {
	sen, _, err := find(c.words)
	if err != nil {
		return err
	}
	switch {
	case sen.block == "answer":
		_, err = parseAnswer("", "", c.block)
	case sen.block == "request":
		_, err = parseRequest(s, "", "", c.block)
	case sen.block == "expectations":
		err = parseExpectations(c.block).understood()
	case len(c.block) > 0:
		err = fmt.Errorf("nothing can stand beneath this, but line %d does", c.block[0].number)
	}
	return err
}

// match compares words with the usage. The last capital word takes all that are left.
func (sen sentence) match(words []string) (args []string, ok bool) {
	pattern := strings.Fields(sen.usage)
	if len(words) < len(pattern) {
		return nil, false
	}
	for i, p := range pattern {
		switch {
		case p == strings.ToUpper(p):
			args = append(args, words[i])
		case p != words[i]:
			return nil, false
		}
	}
	rest := words[len(pattern):]
	last := pattern[len(pattern)-1]
	if len(rest) > 0 && last != "CONTENT" && last != "SIZE" && last != "SPAN" {
		return nil, false
	}
	return append(args, rest...), true
}
