package story

import (
	"fmt"
	"regexp"
	"strings"
	"testing/synctest"
)

func proxySentences() []sentence {
	return []sentence{
		{"proxy starts", "start it, with the story's lacquer.yaml; the first client to come does this, too", "", func(s *Story, _ []string, _ command) error { return s.startProxy() }},
		{"proxy stops", "drain it and wait for the end", "", func(s *Story, _ []string, _ command) error { return s.stopProxy() }},
		{"proxy drains", "begin to stop it, and go on", "", func(s *Story, _ []string, _ command) error { return s.drainProxy() }},
		{"proxy reloads FILE", "take this configuration while it runs", "", func(s *Story, args []string, _ command) error { return s.reloadProxy(args[0]) }},
		{"proxy refuses FILE", "the same, but something is wrong with the configuration, and the present one stays", "", proxyRefuses},
		{"proxy holds under SIZE", "everything together takes less memory than this above what it took when the story began", "", holdsUnder},
		{"log has COUNT REGEXP", "so many lines of the access log match", "", logHas},
	}
}

func proxyRefuses(s *Story, args []string, _ command) error {
	err := s.reloadProxy(args[0])
	if err == nil {
		return fmt.Errorf("it has taken %s", args[0])
	}
	s.note("proxy", "refuses: %v", err)
	return nil
}

func holdsUnder(s *Story, args []string, _ command) error {
	most, err := size(args)
	if err != nil {
		return err
	}
	if now := heap(); now > s.memory+uint64(most) {
		return fmt.Errorf("it takes %d bytes", now-s.memory)
	}
	return nil
}

func logHas(s *Story, args []string, _ command) error {
	synctest.Wait()
	least, most, err := parseCount(args[0])
	if err != nil {
		return err
	}
	expression := args[1]
	if expression[0] == '"' {
		if expression, err = unquote(expression); err != nil {
			return err
		}
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return err
	}
	count := 0
	for text := range strings.Lines(s.accessLog.String()) {
		if re.MatchString(text) {
			count++
		}
	}
	if count < least || count > most {
		return fmt.Errorf("%d lines match, in\n%s", count, s.accessLog.String())
	}
	return nil
}
