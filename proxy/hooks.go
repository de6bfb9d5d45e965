package proxy

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// failedTime is how often a rule that fails is logged, by name.
const failedTime = time.Minute

// maxNames bounds how many names of counters and failing rules are kept: rules may make names.
const maxNames = 1000

// hooks is what rules cause outside: counters and log lines. It is safe for concurrent use.
type hooks struct {
	log *slog.Logger
	now func() time.Time

	mu       sync.Mutex // protects what follows
	counters map[string]int64
	failures map[string]*ruleFailure
}

// ruleFailure counts the failures of one rule.
type ruleFailure struct {
	count  int64
	logged time.Time
}

// Count adds one to a counter that a rule names.
func (h *hooks) Count(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counters == nil {
		h.counters = make(map[string]int64)
	}
	if _, known := h.counters[name]; known {
		h.counters[name]++
	} else if len(h.counters) < maxNames {
		h.counters[strings.Clone(name)] = 1 // it may be cut from a request
	}
}

// Log writes what a rule has to say.
func (h *hooks) Log(rule, text string) { h.log.Info("rule", "rule", rule, "says", text) }

// Failed counts a rule that failed and was skipped, and logs it once a minute.
func (h *hooks) Failed(rule string, err error) {
	if h.countFailure(rule) {
		h.log.Warn("rule failed and was skipped", "rule", rule, "error", err)
	}
}

// countFailure reports whether this one is to be logged.
func (h *hooks) countFailure(rule string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failures == nil {
		h.failures = make(map[string]*ruleFailure)
	}
	f := h.failures[rule]
	if f == nil {
		if len(h.failures) >= maxNames {
			return false
		}
		f = new(ruleFailure)
		h.failures[rule] = f
	}
	f.count++
	now := h.now()
	if !f.logged.IsZero() && now.Sub(f.logged) < failedTime {
		return false
	}
	f.logged = now
	return true
}

// RuleCounts are what rules have counted, and how often each failed, by name.
type RuleCounts struct {
	Counted map[string]int64
	Failed  map[string]int64
}

// RuleCounts returns the counts so far.
func (s *Server) RuleCounts() RuleCounts {
	h := &s.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	c := RuleCounts{Counted: make(map[string]int64, len(h.counters)), Failed: make(map[string]int64, len(h.failures))}
	for name, n := range h.counters {
		c.Counted[name] = n
	}
	for name, f := range h.failures {
		c.Failed[name] = f.count
	}
	return c
}
