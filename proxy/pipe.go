package proxy

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

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
	t.record.Bytes = splice(t.server.life, client, answer.Conn)
	return nil
}

// splice copies both ways until one end closes, or life ends. It returns the bytes that went to the client.
func splice(life context.Context, client, origin io.ReadWriteCloser) int64 {
	var sent atomic.Int64
	var ends sync.WaitGroup
	hangUp := func() {
		client.Close()
		origin.Close()
	}
	stop := context.AfterFunc(life, hangUp)
	defer stop()
	ends.Go(func() {
		n, _ := io.Copy(client, origin)
		sent.Store(n)
		hangUp()
	})
	ends.Go(func() {
		_, _ = io.Copy(origin, client)
		hangUp()
	})
	ends.Wait()
	return sent.Load()
}
