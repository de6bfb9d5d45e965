package proxy

import (
	"io"
	"strconv"

	"lacquer/message"
	"lacquer/policy"
)

// deliver sends what is stored, or what is just arriving: there is one way for both. What was fetched for all is fitted to this client's
// own conditions and ranges.
func deliver(t *transaction) step {
	head := t.clientHead()
	if again := t.polish(head); again != nil {
		return again
	}
	if !t.exact {
		if policy.NotModified(t.request.Request, head) {
			return t.sendHead(notModified(head))
		}
		switch first, last, outcome := policy.RangeOf(t.request.Request, head, head.Length); outcome {
		case policy.PartOfBody:
			return t.sendPart(head, first, last)
		case policy.Unsatisfiable:
			return t.sendHead(unsatisfiable(head))
		}
	}
	if !message.HasBody(t.request.Method, head.Status) {
		return t.sendHead(head)
	}
	if !t.begin(head) {
		return nil
	}
	return t.sendBody(-1)
}

// clientHead returns the head for this client: a copy, with what the transaction adds.
func (t *transaction) clientHead() *message.Response {
	from := t.object.Head
	if t.head != nil {
		from = t.head
	}
	head := *from
	head.Header = make(message.Header, len(from.Header), len(from.Header)+4)
	copy(head.Header, from.Header)
	if size, whole := t.object.Body.Size(); whole && !t.exact {
		head.Length = size
	}
	stored := !t.object.Freshness.Received.IsZero() // else what the origin says of its age stands
	if stored && (t.head == nil || t.head.Header.Has("Age")) {
		head.Header.Set("Age", strconv.FormatInt(int64(t.object.Freshness.AgeAt(t.now).Seconds()), 10))
	}
	t.sign(&head)
	return &head
}

// sign adds what every response that passes through carries: Via (RFC 9110 section 7.6.3) and Cache-Status (RFC 9211).
func (t *transaction) sign(head *message.Response) {
	var buf [128]byte
	line := string(t.status.Append(buf[:0], Name))
	head.Header.Add("Via", via)
	head.Header.Add("Cache-Status", line)
	t.record.Cache = line[min(len(Name)+2, len(line)):]
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

// sendPart sends one range (RFC 9110 section 15.3.7).
func (t *transaction) sendPart(head *message.Response, first, last int64) step {
	head.Header.Set("Content-Range", message.ContentRange{First: first, Last: last, Size: head.Length}.String())
	head.Status, head.Length = 206, last-first+1
	t.reader.Skip(first)
	if !t.begin(head) {
		return nil
	}
	return t.sendBody(head.Length)
}

// sendBody sends n bytes from where the reader stands, as they arrive; all there are if n is below 0.
func (t *transaction) sendBody(n int64) step {
	for n != 0 {
		piece, err := t.reader.Next(t.ctx)
		if err == io.EOF && n < 0 {
			break
		}
		if err != nil {
			return t.gone() // what came until the cut is sent
		}
		if n > 0 {
			piece = piece[:min(int64(len(piece)), n)]
			n -= int64(len(piece))
		}
		if !t.write(piece) {
			return nil
		}
		if n != 0 && !t.reader.Ready() && t.writer.Flush() != nil {
			return t.gone()
		}
	}
	return t.finish()
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
