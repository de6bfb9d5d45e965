package accesslog

import (
	"bufio"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/edge"
)

const (
	ringSize  = 4096            // lines that wait for the writer
	maxLine   = 64 << 10        // capacity of a line's buffer that is kept for another
	batch     = 64 << 10        // bytes that are written at once while more lines wait
	closeTime = 5 * time.Second // for what is written when the log is closed
)

// The formats.
const (
	Combined = "combined"
	JSON     = "json"
)

// Options describe a Log.
type Options struct {
	Writer io.Writer       // gets whole lines, on one goroutine
	Format string          // Combined, the default, or JSON
	Failed func(err error) // told once when writing begins to fail, on the writer's goroutine; may be nil
}

// Log writes lines. It is safe for concurrent use.
type Log struct {
	encode  func(line []byte, e *edge.Entry) []byte
	ring    chan *[]byte
	lines   sync.Pool // of *[]byte
	dropped atomic.Int64

	mu      sync.RWMutex // held for reading while a line is put into the ring
	closed  bool         // ring is closed
	written chan struct{}
	failure error // of the writer, the last one; read once written is closed
}

// New makes a log and starts its writing goroutine, which Close ends.
func New(o Options) *Log {
	l := &Log{ring: make(chan *[]byte, ringSize), written: make(chan struct{})}
	l.lines.New = func() any { return new([]byte) }
	switch o.Format {
	case Combined, "":
		l.encode = appendCombined
	case JSON:
		l.encode = appendJSON
	default:
		panic("BUG: access log format " + o.Format)
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	go l.run(o.Writer, o.Failed)
	return l
}

// Write hands over the line of a transaction. It never waits for the writer: where the ring is full, or the log closed, the line
// is dropped and counted.
func (l *Log) Write(e *edge.Entry) {
	line := l.lines.Get().(*[]byte)
	*line = l.encode((*line)[:0], e)
	l.mu.RLock()
	defer l.mu.RUnlock()
	if !l.closed {
		select {
		case l.ring <- line:
			return
		default:
		}
	}
	l.dropped.Add(1)
	l.recycle(line)
}

// Dropped returns how many lines did not reach the writer, or failed there.
func (l *Log) Dropped() int64 { return l.dropped.Load() }

// Close writes what is in the ring and ends. It returns the last error of the writer, or one that says that the writer is stuck,
// for which it waits five seconds. It is called once.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		panic("BUG: access log closed twice")
	}
	l.closed = true
	close(l.ring)
	l.mu.Unlock()
	select {
	case <-l.written:
		return l.failure
	case <-time.After(closeTime):
		return errors.New("access log: its writer is stuck; the last lines are lost")
	}
}

// run writes lines as they come, several at once where several wait.
func (l *Log) run(to io.Writer, failed func(error)) {
	defer close(l.written)
	out := bufio.NewWriterSize(to, batch)
	held := int64(0) // lines in out
	failing := false
	flush := func() {
		err := out.Flush()
		if err != nil && !failing {
			failed(err)
		}
		if failing = err != nil; failing {
			l.failure = err
			l.dropped.Add(held)
			out.Reset(to) // the next lines may fare better, as on a disk that was full
		}
		held = 0
	}
	for line := range l.ring {
		if out.Available() < len(*line) {
			flush() // so that the writer gets whole lines
		}
		held++
		out.Write(*line) // an error stays until the flush
		l.recycle(line)
		if len(l.ring) == 0 {
			flush()
		}
	}
	flush()
}

func (l *Log) recycle(line *[]byte) {
	if cap(*line) <= maxLine {
		l.lines.Put(line)
	}
}
