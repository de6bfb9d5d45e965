package proxy

import (
	"crypto/rand"

	"lacquer/message"
	"lacquer/storage"
)

// sendParts sends several ranges as multipart/byteranges (RFC 9110 section 15.3.7.2), in the order in which they were asked for.
func (t *transaction) sendParts(head *message.Response, ranges []message.ByteRange) step {
	m := message.NewMultipart(rand.Text(), head.Header.Get("Content-Type"), ranges, head.Length)
	head.Header.Del("Content-Range") // a stored 200 may carry one, which means nothing there
	head.Header.Set("Content-Type", m.ContentType())
	head.Status, head.Length = 206, m.Length()
	if !t.begin(head) {
		return nil
	}
	var line []byte
	for i, r := range ranges {
		line = m.AppendHead(line[:0], i)
		if !t.write(line) {
			return nil
		}
		if !t.seek(r.First) {
			return t.gone()
		}
		if !t.sendBytes(r.Length()) {
			return nil
		}
	}
	if !t.write(m.AppendEnd(line[:0])) {
		return nil
	}
	return t.finish()
}

// seek moves the reader to an offset; back, too, where the body is kept.
func (t *transaction) seek(offset int64) bool {
	if offset < t.reader.Offset() {
		body := t.object.Body
		t.reader.Close()
		if !body.Attach(t.reader) {
			return false
		}
	}
	t.reader.Skip(offset)
	return true
}

// ascending reports whether ranges can be read one after another, without going back.
func ascending(ranges []message.ByteRange) bool {
	for i := 1; i < len(ranges); i++ {
		if ranges[i].First <= ranges[i-1].Last {
			return false
		}
	}
	return true
}

// readable reports whether ranges of an object can be sent in their order: going back needs a body that does not move on.
func readable(o *storage.Object, ranges []message.ByteRange) bool {
	return o.Body.Lasting() || ascending(ranges)
}
