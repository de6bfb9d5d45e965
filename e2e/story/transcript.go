package story

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// transcript is what the actors did, in order, with the bubble's time. It is shown when a story fails.
type transcript struct {
	begun time.Time

	mu    sync.Mutex // protects what follows
	lines []string
	fault error // the first that an actor in the background had to report
}

// note adds a line to the transcript.
func (s *Story) note(actor, format string, args ...any) {
	t := &s.transcript
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, fmt.Sprintf("%9.3fs %s: %s", time.Since(t.begun).Seconds(), actor, fmt.Sprintf(format, args...)))
}

// fail lets the story fail after the command that is under way. It may be called by any goroutine of the story.
func (s *Story) fail(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	s.note("fault", "%v", err)
	s.transcript.mu.Lock()
	defer s.transcript.mu.Unlock()
	if s.transcript.fault == nil {
		s.transcript.fault = err
	}
}

func (t *transcript) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fault
}

// shownLines is how much of the end of a transcript is shown: a herd makes many lines.
const shownLines = 60

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines[max(0, len(t.lines)-shownLines):], "\n")
}

// transcriptWriter puts what is written into the transcript, each line by itself.
type transcriptWriter struct {
	story *Story
	actor string
}

func (w transcriptWriter) Write(p []byte) (int, error) {
	for text := range strings.Lines(string(p)) {
		w.story.note(w.actor, "%s", strings.TrimSuffix(text, "\n"))
	}
	return len(p), nil
}

// lockedLog keeps what is written, for access logs.
type lockedLog struct {
	mu   sync.Mutex // protects text
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
