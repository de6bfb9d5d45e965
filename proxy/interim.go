package proxy

import (
	"golang.org/x/sync/singleflight"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// interim relays a 1xx to the client. A client that cannot be written to is noticed at the final head.
func (t *transaction) interim(status int, h message.Header) {
	message.RemoveHopByHop(&h)
	_ = t.writer.Interim(status, h)
}

// interimForAll relays a 1xx to all who wait for a flight: without what is for one of them alone, as in what is stored.
func interimForAll(f *storage.Flight) func(int, message.Header) {
	return func(status int, h message.Header) {
		message.RemoveHopByHop(&h)
		policy.DropPersonal(&h)
		f.Interim(status, h)
	}
}

// await waits for the head of the flight in which the transaction sits; nil if the client is gone. Meanwhile it relays what interim responses the
// origin sends (RFC 9110 section 15.2): to all who wait, as each has its own use for an early hint.
func (t *transaction) await(landed <-chan singleflight.Result) *landing {
	for {
		more := t.relay()
		select {
		case result := <-landed:
			t.relay() // what came with the head
			return result.Val.(*landing)
		case <-more:
		case <-t.ctx.Done():
			return nil
		}
	}
}

// relay sends what interim responses there are, and returns a channel that is closed when there is more to know.
func (t *transaction) relay() (more <-chan struct{}) {
	news, more := t.seat.Interims()
	for _, n := range news {
		_ = t.writer.Interim(n.Status, n.Header)
	}
	return more
}
