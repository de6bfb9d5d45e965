package proxy

import (
	"io"
	"strconv"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// deliver sends what is stored, or what is just arriving: there is one way for both. What was fetched for all is fitted to this client's
// own conditions and ranges.
func deliver(t *transaction) step {
	head := t.clientHead()
	if again := t.polish(head); again != nil {
		return again
	}
	if !t.exact {
		judged := head
		if t.object.Partial() {
			judged = t.object.Head // by which it was chosen: where rules have changed a validator, other bytes might be wanted than are there
		}
		if policy.NotModified(t.request.Request, judged) {
			return t.sendHead(notModified(head))
		}
		switch ranges, outcome := t.ranges(judged, head.Length); outcome {
		case policy.PartOfBody:
			return t.sendRanges(head, ranges)
		case policy.Unsatisfiable:
			return t.sendHead(unsatisfiable(head))
		}
	}
	if !message.HasBody(t.request.Method, head.Status) {
		return t.sendHead(head)
	}
	if t.object.Body.HasTrailer() {
		head.Length = message.Unknown // only behind chunks is there room for it
	}
	if !t.begin(head) {
		return nil
	}
	return t.sendBody(head.Length)
}

// ranges says which parts of the body, of which the whole has size bytes, are sent.
func (t *transaction) ranges(head *message.Response, size int64) ([]message.ByteRange, policy.RangeOutcome) {
	ranges, outcome := policy.RangesOf(t.request.Request, head, size)
	switch {
	case t.part != nil && !t.holds(t.object):
		// The origin gave another part than it was asked for, which it may (RFC 9110 section 15.3.7).
		return []message.ByteRange{*t.part}, policy.PartOfBody
	case len(ranges) > 1 && !readable(t.object, ranges):
		return nil, policy.WholeBody
	}
	return ranges, outcome
}

// holds reports whether all that the request wants of an object is there, or on its way.
func (t *transaction) holds(o *storage.Object) bool {
	if !o.Partial() {
		return true
	}
	wanted, some := policy.WantedBytes(t.request.Request, o.Head, o.Head.Length)
	return !some || o.Holds(wanted)
}

// clientHead returns the head for this client: a copy that lasts as long as the transaction, with what that adds.
func (t *transaction) clientHead() *message.Response {
	from := t.object.Head
	if t.head != nil {
		from = t.head
	}
	head := &t.out
	fields := append(head.Header[:0], from.Header...)
	*head = *from
	head.Header = fields
	if size, whole := t.object.Body.Size(); whole && !t.exact && !t.object.Partial() {
		head.Length = size
	}
	stored := !t.object.Freshness.Received.IsZero() // else what the origin says of its age stands
	if stored && (t.head == nil || t.head.Header.Has("Age")) {
		start := len(t.text)
		t.text = strconv.AppendInt(t.text, int64(t.object.Freshness.AgeAt(t.now)/time.Second), 10)
		head.Header.Set("Age", t.since(start))
	}
	t.sign(head)
	return head
}

// sign adds what every response that passes through carries: Via (RFC 9110 section 7.6.3) and Cache-Status (RFC 9211).
func (t *transaction) sign(head *message.Response) {
	start := len(t.text)
	t.text = t.status.Append(t.text, Name)
	head.Header.Add("Via", via)
	head.Header.Add("Cache-Status", t.since(start))
	t.record.Cache = t.status
	t.record.Why, t.record.Detail = t.why, t.status.Detail
}

// sendHead sends a response without body.
func (t *transaction) sendHead(head *message.Response) step {
	t.leave()
	if !t.begin(head) {
		return nil
	}
	return t.finish()
}

// sendRanges sends a part of the body, or several (RFC 9110 section 15.3.7).
func (t *transaction) sendRanges(head *message.Response, ranges []message.ByteRange) step {
	if len(ranges) > 1 {
		return t.sendParts(head, ranges)
	}
	r := ranges[0]
	head.Header.Set("Content-Range", message.ContentRange{First: r.First, Last: r.Last, Size: head.Length}.String())
	head.Status, head.Length = 206, r.Length()
	t.reader.Skip(r.First)
	if !t.begin(head) || !t.sendBytes(r.Length()) {
		return nil
	}
	return t.finish()
}

// sendBody sends the whole body as it arrives, and the trailer section that follows it. Where its length was told, the response is whole when as
// many bytes are sent, whatever the origin does thereafter.
func (t *transaction) sendBody(length int64) step {
	if !t.sendBytes(length) {
		return nil
	}
	if trailer := t.reader.Trailer(); len(trailer) > 0 {
		t.writer.Trailer(trailer)
	}
	return t.finish()
}

// sendBytes sends n bytes from where the reader stands, as they arrive; all there are if n is below 0. It reports whether the way goes on.
func (t *transaction) sendBytes(n int64) bool {
	for n != 0 {
		if !t.reader.Ready() && t.writer.Flush() != nil { // what there is, before waiting for more
			t.gone()
			return false
		}
		piece, err := t.reader.Next(t.ctx)
		if err == io.EOF && n < 0 {
			return true
		}
		if err != nil {
			t.gone() // what came until the cut is sent
			return false
		}
		if n > 0 {
			if more := int64(len(piece)) - n; more > 0 { // another range may begin within them
				t.reader.Unread(more)
				piece = piece[:n]
			}
			n -= int64(len(piece))
		}
		if !t.write(piece) {
			return false
		}
	}
	return true
}

// begin sends a head. It reports whether the way goes on.
func (t *transaction) begin(head *message.Response) bool {
	t.record.Status = head.Status
	if t.writer.Head(head) != nil {
		t.gone()
		return false
	}
	return true
}

// write sends a piece of the body. It reports whether the way goes on.
func (t *transaction) write(piece []byte) bool {
	n, err := t.writer.Write(piece)
	t.record.Bytes += int64(n)
	if err != nil {
		t.gone()
		return false
	}
	return true
}

// finish ends a response that is whole.
func (t *transaction) finish() step {
	if t.writer.Finish() != nil {
		t.record.Cut = true
	}
	return nil
}

// notModified turns a head into a 304: fields that describe the body go, but those that a cache on the client's side needs
// (RFC 9110 section 15.4.5).
func notModified(head *message.Response) *message.Response {
	head.Header.DelAny("Content-Type", "Content-Encoding", "Content-Language", "Content-Range", "Accept-Ranges")
	head.Status, head.Length = 304, message.Unknown
	return head
}

// unsatisfiable turns a head into a 416 that tells the size there is (RFC 9110 section 15.5.17).
func unsatisfiable(head *message.Response) *message.Response {
	whole := head.Length
	head.Header.DelAny("Content-Type", "Content-Encoding", "ETag")
	head.Header.Set("Content-Range", "bytes */"+strconv.FormatInt(whole, 10))
	head.Status, head.Length = 416, 0
	return head
}
