package story

import (
	"fmt"
	"strconv"
	"testing/synctest"
	"time"
)

func storySentences() []sentence {
	return []sentence{
		{"barrier NAME PARTIES", "make a barrier where this many meet; it can be used again and again", "", makeBarrier},
		{"sync BARRIER", "wait at a barrier", "", func(s *Story, args []string, _ command) error { return s.meet(args[0]) }},
		{"sleep DURATION", "let time pass; what happens at its end has happened when it returns", "", sleep},
		{"settle", "let everybody do what can be done without time passing", "", func(*Story, []string, command) error { synctest.Wait(); return nil }},
	}
}

func makeBarrier(s *Story, args []string, _ command) error {
	parties, err := strconv.Atoi(args[1])
	if err != nil || parties < 2 {
		return fmt.Errorf("%q is not a number of parties", args[1])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.barriers[args[0]] = newBarrier(args[0], parties)
	return nil
}

func sleep(s *Story, args []string, _ command) error {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	s.note("story", "sleeps %v", d)
	if err := s.pause(d); err != nil {
		return err
	}
	synctest.Wait()
	return nil
}
