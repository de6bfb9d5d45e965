package memnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// BufferSize is how many bytes one direction of a connection holds between its writer and its reader.
const BufferSize = 64 << 10

// stream is one direction of a connection: a bounded buffer with a writer's end and a reader's end.
type stream struct {
	mu      sync.Mutex // protects what follows
	changed sync.Cond  // broadcast whenever any of it changes

	data         []byte // ring of BufferSize bytes, made at the first write
	start, count int    // where the unread bytes begin in it, and how many there are

	writerDone   bool // nothing more will be written: the reader gets io.EOF after the bytes
	writerClosed bool // the writer's own end is closed: its calls fail with net.ErrClosed
	readerClosed bool // the reader's own end is closed: its calls fail with net.ErrClosed, writes with EPIPE
	reset        bool // the other side has broken the connection
	writing      bool // a Write is under way: others wait, so that no two are mingled

	readDeadline, writeDeadline deadline
}

func newStream() *stream {
	s := new(stream)
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerClosed:
			return 0, net.ErrClosed
		case s.reset:
			return 0, syscallError("read", syscall.ECONNRESET)
		case s.readDeadline.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case s.count > 0:
			n := s.take(p)
			s.changed.Broadcast()
			return n, nil
		case s.writerDone:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (written int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		if err := s.writeError(); err != nil {
			return 0, err
		}
		s.changed.Wait()
	}
	s.writing = true
	defer func() {
		s.writing = false
		s.changed.Broadcast()
	}()
	for {
		if err := s.writeError(); err != nil {
			return written, err
		}
		if n := s.put(p[written:]); n > 0 {
			written += n
			s.changed.Broadcast()
		}
		if written == len(p) {
			return written, nil
		}
		s.changed.Wait()
	}
}

// writeError says why nothing can be written, if so. s.mu is held.
func (s *stream) writeError() error {
	switch {
	case s.writerClosed:
		return net.ErrClosed
	case s.reset:
		return syscallError("write", syscall.ECONNRESET)
	case s.writerDone, s.readerClosed:
		return syscallError("write", syscall.EPIPE)
	case s.writeDeadline.passed:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// take moves unread bytes into p. s.mu is held.
func (s *stream) take(p []byte) int {
	n := copy(p, s.data[s.start:min(s.start+s.count, len(s.data))])
	if n < len(p) && n < s.count {
		n += copy(p[n:], s.data[:s.count-n])
	}
	s.start, s.count = (s.start+n)%len(s.data), s.count-n
	return n
}

// put moves bytes of p into the free part of the buffer. s.mu is held.
func (s *stream) put(p []byte) int {
	if s.data == nil && len(p) > 0 {
		s.data = make([]byte, BufferSize)
	}
	written := 0
	for written < len(p) && s.count < len(s.data) {
		end := (s.start + s.count) % len(s.data)
		free := s.data[end:min(len(s.data), end+len(s.data)-s.count)]
		n := copy(free, p[written:])
		written, s.count = written+n, s.count+n
	}
	return written
}

// change alters the stream and wakes everybody who waits for it.
func (s *stream) change(alter func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter()
	s.changed.Broadcast()
}

// deadline is a moment after which calls fail. It is protected by its stream's mu.
type deadline struct {
	passed bool
	timer  *time.Timer
}

// set moves a deadline of s; the zero time takes it away.
func (s *stream) set(d *deadline, t time.Time) {
	s.change(func() {
		if d.timer != nil {
			d.timer.Stop()
		}
		d.timer, d.passed = nil, false
		if t.IsZero() {
			return
		}
		if time.Until(t) <= 0 {
			d.passed = true
			return
		}
		var timer *time.Timer
		timer = time.AfterFunc(time.Until(t), func() {
			s.change(func() { d.passed = d.passed || d.timer == timer })
		})
		d.timer = timer
	})
}
