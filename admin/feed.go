package admin

import (
	"sync"
	"sync/atomic"
	"time"

	"lacquer/edge"
	"lacquer/policy"
)

// listenerRoom is how many transactions wait for a listener that is slow. Past that, it misses some and is told how many.
const listenerRoom = 1024

// Transaction is one that is over, as listeners see it.
type Transaction struct {
	Time      time.Time `json:"time"` // when the head of the request was there
	Seconds   float64   `json:"seconds"`
	Client    string    `json:"client,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
	Method    string    `json:"method"`
	URL       string    `json:"url"`
	Status    int       `json:"status"`
	Bytes     int64     `json:"bytes"`
	Cut       bool      `json:"cut,omitempty"`
	Result    string    `json:"result"`
	Why       string    `json:"why,omitempty"`    // the request did not end with a fresh hit
	Detail    string    `json:"detail,omitempty"` // why the response was not stored, or how the origin failed
	Collapsed bool      `json:"collapsed,omitempty"`
	Cache     string    `json:"cache,omitempty"` // Cache-Status
	Backend   string    `json:"backend,omitempty"`
	Waited    float64   `json:"origin_seconds,omitzero"`
	Saved     float64   `json:"saved_seconds,omitzero"`
	UserAgent string    `json:"user_agent,omitempty"`
	Missed    int64     `json:"missed,omitzero"` // transactions that were left out before this one
}

// Feed hands transactions to who listens. While nobody does it costs one comparison. The zero value is ready; it is safe for concurrent use.
type Feed struct {
	count atomic.Int32 // of listeners

	mu        sync.RWMutex // protects listeners
	listeners map[*listener]struct{}
}

type listener struct {
	lines  chan Transaction
	missed atomic.Int64
}

// Observe hands a transaction on. It never waits.
func (f *Feed) Observe(e *edge.Entry) {
	if f.count.Load() == 0 {
		return
	}
	lasting := e.Clone() // listeners read it later
	t := transactionOf(&lasting)
	f.mu.RLock()
	defer f.mu.RUnlock()
	for l := range f.listeners {
		t.Missed = l.missed.Swap(0)
		select {
		case l.lines <- t:
		default:
			l.missed.Add(t.Missed + 1)
		}
	}
}

func (f *Feed) join() *listener {
	l := &listener{lines: make(chan Transaction, listenerRoom)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners == nil {
		f.listeners = make(map[*listener]struct{})
	}
	f.listeners[l] = struct{}{}
	f.count.Add(1)
	return l
}

func (f *Feed) leave(l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.listeners, l)
	f.count.Add(-1)
}

func transactionOf(e *edge.Entry) Transaction {
	t := Transaction{
		Time:      e.Time,
		Seconds:   e.Duration.Seconds(),
		RequestID: e.RequestID,
		Method:    e.Method,
		URL:       e.Scheme + "://" + e.Host + e.URI,
		Status:    e.Status,
		Bytes:     e.Bytes,
		Cut:       e.Cut,
		Result:    e.Record.Result.String(),
		Why:       reasonText(e.Record.Why),
		Detail:    reasonText(e.Record.Detail),
		Collapsed: e.Record.Collapsed,
		Cache:     e.Record.Cache.Parameters(),
		Backend:   e.Backend,
		Waited:    e.Waited.Seconds(),
		Saved:     e.Record.Saved.Seconds(),
		UserAgent: e.UserAgent,
	}
	if e.Client.IsValid() {
		t.Client = e.Client.String()
	}
	return t
}

func reasonText(r policy.Reason) string {
	if r == policy.None {
		return ""
	}
	return r.String()
}
