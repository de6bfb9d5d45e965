package origin

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"lacquer/message"
)

// upload writes a request that has a body, on a goroutine of its own, since the origin may answer before it is whole and the body may
// be slow to come. It never waits for the exchange; the exchange waits for it only through the connection.
type upload struct {
	asked    *Request
	conn     *connection
	timeouts Timeouts
	room     *buffer
	text     []byte    // what is to be written next: at first the head
	proceed  chan bool // whether the body shall go out; nil where the origin need not be waited for

	mu       sync.Mutex // protects what follows
	over     bool       // the exchange is: the connection is no longer ours
	answered bool       // the final head came
	written  bool       // the whole request was written
	source   error      // with which the body of the request failed
	refused  error      // with which the origin did not take it
}

func startUpload(x *exchange) *upload {
	u := &upload{asked: x.asked, conn: x.conn, timeouts: x.backend.timeouts, room: takeBuffer()}
	u.text = appendHead(u.room, x.backend.location.path(x.asked.Head.Path), x.asked)
	if x.asked.Head.Header.Has("Expect") {
		u.proceed = make(chan bool, 1)
	}
	_ = x.conn.SetReadDeadline(time.Time{}) // the time for the answer begins when all is written; where this fails, a read does
	go u.run()
	return u
}

// goOn lets the body out that waits for it (RFC 9110 section 10.1.1).
func (u *upload) goOn() { u.tell(true) }

// headCame is called when the final head has come. A body that waits for leave stays where it is.
func (u *upload) headCame() {
	u.mu.Lock()
	u.answered = true
	u.mu.Unlock()
	u.tell(false)
}

func (u *upload) tell(proceed bool) {
	if u.proceed == nil {
		return
	}
	select {
	case u.proceed <- proceed:
	default: // it was told already
	}
}

// end takes the connection away from the upload, and reports whether the whole request was written. The body of the request is not
// read any more, but for a read under way.
func (u *upload) end() bool {
	u.tell(false)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over = true
	return u.written
}

// failures returns with what the source of the body failed, and with what the origin did not take it.
func (u *upload) failures() (source, refused error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.source, u.refused
}

// run writes the request and settles what comes of it.
func (u *upload) run() {
	err := u.write()
	u.room.free()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over || u.answered {
		u.written = err == nil
		return // an answer that came all the same is used, but the connection is not
	}
	var fault *sourceError
	switch {
	case err == nil:
		u.written = true
		_ = u.conn.SetReadDeadline(time.Now().Add(u.timeouts.FirstByte))
	case errors.As(err, &fault):
		u.source = fault.err
		u.conn.abort()
	case isTimeout(err):
		u.refused = err
		u.conn.abort()
	default: // whoever closes in the middle may have said why before
		u.refused = err
		_ = u.conn.SetReadDeadline(time.Now().Add(u.timeouts.FirstByte))
	}
}

// sourceError is a failure of the body of a request.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

func errMissing(bytes int64) error {
	return &sourceError{fmt.Errorf("%w: %d bytes of its length are missing", io.ErrUnexpectedEOF, bytes)}
}

// write writes head and body.
func (u *upload) write() error {
	if u.proceed != nil {
		if err := u.flush(); err != nil {
			return err
		}
		if !u.mayProceed() {
			return errUnwanted
		}
	}
	if u.asked.Head.Length == message.Unknown {
		return u.writeChunks()
	}
	return u.writeLength()
}

// mayProceed waits for leave to send the body. An origin that knows nothing of it is not waited for without end.
func (u *upload) mayProceed() bool {
	patience := time.NewTimer(continueTime)
	defer patience.Stop()
	select {
	case proceed := <-u.proceed:
		return proceed
	case <-patience.C:
		return true
	}
}

// writeLength writes a body by length. A small one goes out whole with the head; a larger one may be slow to come, and the origin must not
// take a connection for idle that waits for it.
func (u *upload) writeLength() error {
	room := u.room.bytes
	if u.asked.Head.Length > int64(len(room)-len(u.text)) {
		if err := u.flush(); err != nil {
			return err
		}
	}
	held := copy(room, u.text) // the head lies there already
	for left := u.asked.Head.Length; left > 0; {
		whole := left <= int64(len(room)-held)
		free := room[held:]
		if whole {
			free = free[:left]
		}
		n, err := u.read(free)
		held += n
		left -= int64(n)
		switch {
		case err == io.EOF && left > 0:
			return errMissing(left)
		case err != nil && err != io.EOF:
			return err
		case left > 0 && whole:
			continue
		}
		if err := u.send(room[:held]); err != nil {
			return err
		}
		held = 0
	}
	return nil
}

// writeChunks writes a body in chunks, each as large as a read, and the trailer section. The head does not wait for the body, whose
// sender may want an answer first.
func (u *upload) writeChunks() error {
	if err := u.flush(); err != nil {
		return err
	}
	const before, behind = len("4000\r\n"), len("\r\n") // round a chunk of bufferSize at most
	for {
		n, err := u.read(u.room.bytes[before : bufferSize-behind])
		if err != nil && err != io.EOF {
			return err
		}
		piece := chunkAround(u.room.bytes[:bufferSize], before, n)
		if err == io.EOF {
			trailer, fault := u.trailer()
			if fault != nil {
				return fault
			}
			return u.send(message.AppendLastChunk(piece, trailer))
		}
		if err := u.send(piece); err != nil {
			return err
		}
	}
}

// chunkAround makes a chunk of the n bytes that stand in room behind the first before bytes, in place. Without any there is none.
func chunkAround(room []byte, before, n int) []byte {
	if n == 0 {
		return room[:0]
	}
	var line [18]byte
	size := message.AppendChunkHead(line[:0], int64(n))
	start := before - len(size)
	copy(room[start:], size)
	return append(room[start:before+n], "\r\n"...)
}

// read reads the body of the request. A panic of whoever hands it in fails this request alone.
func (u *upload) read(p []byte) (n int, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = &sourceError{fmt.Errorf("BUG: panic while the body of a request was read: %v", fault)}
		}
	}()
	for range 100 {
		if u.isOver() {
			return 0, errUnwanted
		}
		n, err = u.asked.Body.Read(p)
		if err != nil && err != io.EOF {
			return n, &sourceError{err}
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, &sourceError{io.ErrNoProgress}
}

// trailer asks for the trailer section that follows the body.
func (u *upload) trailer() (h message.Header, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = &sourceError{fmt.Errorf("BUG: panic while the trailer section of a request was asked for: %v", fault)}
		}
	}()
	if u.asked.Trailer == nil {
		return nil, nil
	}
	return u.asked.Trailer(), nil
}

func (u *upload) isOver() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.over
}

// flush writes the head, if it was not yet.
func (u *upload) flush() error {
	text := u.text
	if u.text = nil; len(text) == 0 {
		return nil
	}
	return u.send(text)
}

// send writes to the connection under a deadline.
func (u *upload) send(p []byte) error {
	if err := u.conn.SetWriteDeadline(time.Now().Add(u.timeouts.BetweenBytes)); err != nil {
		return err
	}
	_, err := u.conn.Write(p)
	return err
}

var errUnwanted = errors.New("the body of the request is not wanted any more")
