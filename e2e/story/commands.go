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

// find returns what carries out these words, with the arguments that stand for the words in capitals.
func find(words []string) (func(*Story, []string, command) error, []string, error) {
	for _, sen := range sentences() {
		args, ok := sen.match(words)
		if !ok {
			continue
		}
		run := sen.run
		if sen.block == "" {
			run = withoutBlock(run)
		}
		return run, args, nil
	}
	return nil, nil, fmt.Errorf("nobody understands this; see the README for what can be said")
}

func withoutBlock(run func(*Story, []string, command) error) func(*Story, []string, command) error {
	return func(s *Story, args []string, c command) error {
		if len(c.block) > 0 {
			return fmt.Errorf("nothing can stand beneath this, but line %d does", c.block[0].number)
		}
		return run(s, args, c)
	}
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
