package story

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/internal/memnet"
)

// defaultPatience is how long an actor waits for another, on the story's clock, before the story fails.
const defaultPatience = 10 * time.Minute

// errOver is what those get who still wait when the story is over.
var errOver = fmt.Errorf("%w: the story is over", errLeft)

// Story is a script that is being played. It lives in one bubble.
type Story struct {
	script     *Script
	start      Starter
	network    *memnet.Network
	patience   time.Duration
	transcript transcript
	accessLog  lockedLog
	memory     uint64 // bytes of the heap when the story began

	house   House // nil while it does not run
	origin  *origin
	clients map[string]*clients
	over    chan struct{}  // closed when the script has come to its end
	running sync.WaitGroup // goroutines of the story itself

	mu       sync.Mutex // protects barriers
	barriers map[string]*barrier
}

// Play plays a script as a test of its own, in a bubble of its own. A goroutine that is left behind fails it.
func Play(t *testing.T, script *Script, start Starter) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if err := Tell(script, start); err != nil {
			t.Error(err)
		}
	})
}

// Tell plays a script in the bubble of its caller and returns what went wrong, with a transcript.
func Tell(script *Script, start Starter) error {
	s := &Story{
		script:   script,
		start:    start,
		network:  memnet.New(),
		patience: defaultPatience,
		memory:   heap(),
		clients:  map[string]*clients{},
		over:     make(chan struct{}),
		barriers: map[string]*barrier{},
	}
	s.transcript.begun = time.Now()
	s.origin = newOrigin(s)
	err := s.play()
	if err = errors.Join(err, s.end()); err != nil {
		return fmt.Errorf("%s\n%w\n%s", script.Title, err, &s.transcript)
	}
	return nil
}

// play carries out one command after the other.
func (s *Story) play() error {
	if err := s.origin.start(); err != nil {
		return err
	}
	for _, c := range s.script.commands {
		err := s.carryOut(c)
		if err == nil {
			err = s.transcript.failed()
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.script.Name, c.number, c.text, err)
		}
	}
	return nil
}

func (s *Story) carryOut(c command) error {
	sen, args, err := find(c.words)
	if err != nil {
		return err
	}
	return sen.run(s, args, c)
}

// end lets all actors go home and looks who is left.
func (s *Story) end() error {
	close(s.over)
	for _, c := range s.clients {
		for _, member := range c.members {
			member.leave()
		}
	}
	var err error
	if s.house != nil {
		err = s.stopProxy()
	}
	s.origin.stop()
	s.origin.running.Wait()
	s.running.Wait()
	synctest.Wait()
	return errors.Join(err, s.transcript.failed(), leftBehind())
}

// patient returns a context for something that the script waits for.
func (s *Story) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.patience)
}

// pause lets time pass for an actor.
func (s *Story) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.over:
		return errOver
	}
}

// meet waits at a barrier.
func (s *Story) meet(name string) error {
	s.mu.Lock()
	b := s.barriers[name]
	s.mu.Unlock()
	if b == nil {
		return fmt.Errorf("there is no barrier %q: say `barrier %s 2` before", name, name)
	}
	return b.meet(s.over, s.patience)
}

// group returns the client or herd of this name, made new where there is none.
func (s *Story) group(name string, size int) *clients {
	c := s.clients[name]
	if c == nil {
		c = newClients(s, name, size)
		s.clients[name] = c
	}
	return c
}
