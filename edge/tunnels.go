package edge

import (
	"context"
	"io"
	"sync"
)

// tunnels are the connections that were handed over by an upgrade. net/http does not know them any more.
type tunnels struct {
	mu    sync.Mutex // protects what follows
	open  map[io.Closer]struct{}
	empty chan struct{} // closed when open becomes empty; nil where nobody waits
	over  bool          // tunnels have been cut: a new one is closed at once
}

func (t *tunnels) add(c io.Closer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		c.Close()
		return
	}
	if t.open == nil {
		t.open = map[io.Closer]struct{}{}
	}
	t.open[c] = struct{}{}
}

func (t *tunnels) remove(c io.Closer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, c)
	if len(t.open) == 0 && t.empty != nil {
		close(t.empty)
		t.empty = nil
	}
}

// wait returns when there is no tunnel any more, or with the error of ctx when that is done.
func (t *tunnels) wait(ctx context.Context) error {
	t.mu.Lock()
	if len(t.open) == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.empty == nil {
		t.empty = make(chan struct{})
	}
	empty := t.empty
	t.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cut closes all tunnels.
func (t *tunnels) cut() {
	t.mu.Lock()
	t.over = true
	open := make([]io.Closer, 0, len(t.open))
	for c := range t.open {
		open = append(open, c)
	}
	t.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
}
