package accesslog

import (
	"io"
	"sync"
	"sync/atomic"

	"lacquer/edge"
)

// queued is how many lines may wait to be written.
const queued = 4096

// Options say where lines go and what they look like.
type Options struct {
	Writer io.Writer
	Format string // "combined" or "json"
}

// Log is an access log. It is safe for concurrent use.
type Log struct {
	encode func([]byte, *edge.Entry) []byte
	writer io.Writer

	mu     sync.RWMutex // held shared by Write, alone by Close: nothing is sent on a closed queue
	closed bool
	queue  chan *[]byte
	done   chan struct{}

	buffers sync.Pool
	dropped atomic.Int64
}

// New returns a log that writes until Close.
func New(o Options) *Log {
	l := &Log{
		encode:  appendCombined,
		writer:  o.Writer,
		queue:   make(chan *[]byte, queued),
		done:    make(chan struct{}),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
	if o.Format == "json" {
		l.encode = appendJSON
	}
	go l.write()
	return l
}

// Write takes an entry. It never waits.
func (l *Log) Write(e edge.Entry) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		l.dropped.Add(1)
		return
	}
	line := l.buffers.Get().(*[]byte)
	*line = append(l.encode((*line)[:0], &e), '\n')
	select {
	case l.queue <- line:
	default:
		l.dropped.Add(1)
		l.buffers.Put(line)
	}
}

// Dropped returns how many lines were not written.
func (l *Log) Dropped() int64 { return l.dropped.Load() }

// Close writes what is queued and ends the log.
func (l *Log) Close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.queue)
	}
	l.mu.Unlock()
	<-l.done
}

// write writes line after line. One that cannot be written is counted: there is nobody to tell but the log itself.
func (l *Log) write() {
	defer close(l.done)
	for line := range l.queue {
		if _, err := l.writer.Write(*line); err != nil {
			l.dropped.Add(1)
		}
		l.buffers.Put(line)
	}
}
