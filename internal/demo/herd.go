package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lacquer/internal/demo/site"
)

const maxHerd = 300 // clients; each takes two files of this process

// errHerdRuns says that there is a herd already.
var errHerdRuns = errors.New("a herd is already under way")

// HerdReport is how a herd fares.
type HerdReport struct {
	Running bool    `json:"running"`
	Path    string  `json:"path"`
	Clients int     `json:"clients"`
	Done    int     `json:"done"`    // answers that have come, failures included
	Failed  int     `json:"failed"`  // answers other than 200, and none
	Fetches int64   `json:"fetches"` // requests for this path that came to the origin meanwhile
	Slowest float64 `json:"slowest"` // milliseconds
	Alone   float64 `json:"alone"`   // milliseconds of the origin's time that the answers would have taken without a cache
}

// herd sends many clients at one page at once.
type herd struct {
	visitor *visitor
	site    *site.Site
	touch   func() // is called when the report changes

	life    context.Context
	end     context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex // protects what follows
	report HerdReport
	before int64 // what the origin had been asked for the path
}

func newHerd(v *visitor, s *site.Site, touch func()) *herd {
	h := &herd{visitor: v, site: s, touch: touch}
	h.life, h.end = context.WithCancel(context.Background())
	return h
}

// stop cuts a herd off and waits until it is gone.
func (h *herd) stop() {
	h.end()
	h.running.Wait()
}

// state returns how the herd fares that runs, or the last one.
func (h *herd) state() HerdReport {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.report.Running {
		h.report.Fetches = h.site.AskedFor(h.report.Path) - h.before
	}
	return h.report
}

// send sends a number of clients at a path, and returns when they are on their way.
func (h *herd) send(path string, clients int) error {
	if clients < 1 || clients > maxHerd {
		return fmt.Errorf("a herd has from 1 to %d clients, not %d", maxHerd, clients)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.report.Running {
		return errHerdRuns
	}
	if h.life.Err() != nil {
		return errors.New("the demo is ending")
	}
	h.report = HerdReport{Running: true, Path: path, Clients: clients, Alone: float64(clients) * milliseconds(site.Pace(path))}
	h.before = h.site.AskedFor(path)
	h.running.Go(func() {
		var clientsRun sync.WaitGroup
		for range clients {
			clientsRun.Go(func() { h.note(h.visitor.visit(h.life, path, agentHerd)) })
		}
		clientsRun.Wait()
		h.over()
	})
	return nil
}

// note adds what came of one client.
func (h *herd) note(v visit, err error) {
	h.mu.Lock()
	h.report.Done++
	if err != nil || v.Status != 200 {
		h.report.Failed++
	}
	h.report.Slowest = max(h.report.Slowest, v.Took)
	h.mu.Unlock()
	h.touch()
}

func (h *herd) over() {
	fetches := h.state().Fetches
	h.mu.Lock()
	h.report.Fetches, h.report.Running = fetches, false
	h.mu.Unlock()
	h.touch()
}
