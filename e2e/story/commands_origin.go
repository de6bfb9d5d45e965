package story

import (
	"fmt"
	"regexp"
	"strconv"
	"testing/synctest"
)

func originSentences() []sentence {
	return []sentence{
		{"origin answers METHOD TARGET", "what the origin does when it is asked for this; said again for the same request (and the same `when`), it is the answer to the next one, and the last stays. `/img/*` stands for all that begins so. Being asked for anything else fails the story", "answer",
			func(s *Story, args []string, c command) error { return s.answers(args, c, false) }},
		{"origin now answers METHOD TARGET", "the same, in place of what was said before for the same request", "answer",
			func(s *Story, args []string, c command) error { return s.answers(args, c, true) }},
		{"origin saw COUNT METHOD TARGET", "it was asked for this so often until now: `1`, `no` or `2..4`; expectations are of the last of these requests", "expectations", originSaw},
		{"origin stops", "refuse connections, and reset those that are there", "", func(s *Story, _ []string, _ command) error { s.note("origin", "stops"); s.origin.stop(); return nil }},
		{"origin starts", "accept connections again", "", func(s *Story, _ []string, _ command) error { s.note("origin", "starts"); return s.origin.start() }},
		{"origin vanishes", "neither accept nor refuse connections: who dials waits", "", func(s *Story, _ []string, _ command) error {
			s.origin.stop()
			return s.network.BlackHole("tcp", originAddress, true)
		}},
		{"origin returns", "accept connections after it had vanished", "", func(s *Story, _ []string, _ command) error {
			if err := s.network.BlackHole("tcp", originAddress, false); err != nil {
				return err
			}
			return s.origin.start()
		}},
	}
}

func (s *Story) answers(args []string, c command, instead bool) error {
	a, err := parseAnswer(args[0], args[1], c.block)
	if err != nil {
		return err
	}
	s.origin.add(a, instead)
	return nil
}

func originSaw(s *Story, args []string, c command) error {
	synctest.Wait()
	found := s.origin.saw(args[1], args[2])
	least, most, err := parseCount(args[0])
	if err != nil {
		return err
	}
	if len(found) < least || len(found) > most {
		return fmt.Errorf("it saw %d", len(found))
	}
	if len(found) == 0 || len(c.block) == 0 {
		return nil
	}
	last := found[len(found)-1]
	return parseExpectations(c.block).check(s.script, nil, subject{last.head, &last.body, -1})
}

var countPattern = regexp.MustCompile(`^(\d+)(?:\.\.(\d+))?$`)

// parseCount reads "no", "3" or "2..4".
func parseCount(text string) (least, most int, err error) {
	if text == "no" {
		return 0, 0, nil
	}
	m := countPattern.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, fmt.Errorf("%q is not a count", text)
	}
	least, err = strconv.Atoi(m[1])
	if most = least; m[2] != "" && err == nil {
		most, err = strconv.Atoi(m[2])
	}
	return least, most, err
}
