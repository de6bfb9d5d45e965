package edge

import (
	"context"
	"io"
	"sync"
)

// openSet holds what is open and has to end before a server is shut: connections that it serves itself, and those that were handed over by an upgrade. The
// zero value is empty. It is safe for concurrent use.
type openSet[T interface {
	comparable
	io.Closer
}] struct {
	mu    sync.Mutex // protects what follows
	open  map[T]struct{}
	empty chan struct{} // closed when open becomes empty; nil where nobody waits
	over  bool          // all were cut: nothing opens any more
}

// add reports whether c was added: not once all were cut.
func (s *openSet[T]) add(c T) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	if s.open == nil {
		s.open = map[T]struct{}{}
	}
	s.open[c] = struct{}{}
	return true
}

func (s *openSet[T]) remove(c T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	if len(s.open) == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
}

// all returns what is open at the moment.
func (s *openSet[T]) all() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := make([]T, 0, len(s.open))
	for c := range s.open {
		open = append(open, c)
	}
	return open
}

// wait returns when nothing is open any more, or with the error of ctx when that is done.
func (s *openSet[T]) wait(ctx context.Context) error {
	s.mu.Lock()
	if len(s.open) == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	s.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cut closes all that is open.
func (s *openSet[T]) cut() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	for _, c := range s.all() {
		c.Close()
	}
}
