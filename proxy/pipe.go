package proxy

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/policy"
)

// pipe sends on a request to change the protocol (RFC 9110 section 7.8). If the origin agrees, bytes go both ways until either
// end closes; if not, its answer is passed on.
func pipe(t *transaction) step {
	ctx, cancel := context.WithCancel(t.ctx)
	mine := t.jobAlone()
	answer, err := t.server.consult(ctx, mine)
	t.waited(mine.backend)
	if err != nil {
		cancel()
		t.failure = &failure{reason: reasonOf(err), err: err}
		return fail
	}
	t.record.Result = ResultPipe
	if answer.Conn == nil {
		return t.passOn(ctx, cancel, mine, answer)
	}
	defer cancel()
	defer answer.Conn.Close()
	t.status = policy.CacheStatus{Fwd: policy.ForwardOf(t.why), FwdStatus: answer.Head.Status, Detail: t.why}
	t.sign(answer.Head)
	t.record.Status = answer.Head.Status
	client, err := t.writer.Upgrade(answer.Head)
	if err != nil {
		return t.gone()
	}
	defer client.Close()
	t.record.Upgraded = true
	t.record.Bytes = t.server.splice(client, answer.Conn)
	return nil
}

// lingering is how long one direction of a piped connection may go on when the other has ended.
const lingering = time.Minute

// splice copies both ways until both ends have finished, one fails, one has lingered, or life ends. It returns the bytes that went to the client.
func (s *Server) splice(client, origin io.ReadWriteCloser) int64 {
	hangUp := sync.OnceFunc(func() {
		client.Close()
		origin.Close()
	})
	stop := context.AfterFunc(s.life, hangUp)
	defer stop()
	var sent atomic.Int64
	var ends sync.WaitGroup
	copyAll := func(to io.ReadWriteCloser, from io.Reader, count *atomic.Int64) {
		defer func() {
			if fault := recover(); fault != nil {
				s.report("pipe", fault)
				hangUp()
			}
		}()
		n, err := io.Copy(to, from)
		count.Add(n)
		if half, ok := to.(interface{ CloseWrite() error }); err != nil || !ok || half.CloseWrite() != nil {
			hangUp()
			return
		}
		time.AfterFunc(lingering, hangUp)
	}
	ends.Go(func() { copyAll(client, origin, &sent) })
	ends.Go(func() { copyAll(origin, client, new(atomic.Int64)) })
	ends.Wait()
	return sent.Load()
}
