package origin

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"lacquer/message"
)

// finalHead hands interim responses on and returns the final head, which shares no memory with the buffer.
func (x *exchange) finalHead() (*message.Response, message.Verdict, error) {
	for interim := 0; ; interim++ {
		var head message.Response
		head.Header = x.buffer.fields
		verdict, err := x.nextHead(&head)
		x.buffer.fields = head.Header
		if err != nil {
			return nil, verdict, err
		}
		if head.Status >= 200 || head.Status == 101 {
			if x.upload != nil {
				x.upload.headCame()
			}
			final := head.Clone()
			x.buffer.use(verdict.Size)
			return final, verdict, nil
		}
		if interim == maxInterim {
			return nil, verdict, fmt.Errorf("more than %d interim responses before the final one", maxInterim)
		}
		x.relay(&head)
		x.buffer.use(verdict.Size)
	}
}

// relay hands an interim response on.
func (x *exchange) relay(head *message.Response) {
	if head.Status == 100 && x.upload != nil {
		x.upload.goOn()
	}
	if x.asked.Interim != nil {
		x.asked.Interim(head.Status, head.Header.Clone())
	}
}

// nextHead reads until there is a whole head, and parses it in place. It is not parsed again before another line has ended, or one
// that comes in drops would be read as often as it has bytes.
func (x *exchange) nextHead(head *message.Response) (message.Verdict, error) {
	parsed := -1 // unread bytes of which the parser has said that they are not all
	for {
		text := x.buffer.unread()
		if len(text) > 0 && (parsed < 0 || len(text) >= 2*parsed || bytes.IndexByte(text[parsed:], '\n') >= 0) {
			verdict := head.Parse(text, x.asked.Head.Method, message.Limits{Bytes: maxHead})
			switch verdict.Outcome {
			case message.Serve:
				return verdict, nil
			case message.Incomplete:
				parsed = len(text)
			default:
				return verdict, errors.New("the answer is not well-formed: " + verdict.Why)
			}
		}
		n, err := x.buffer.fill(x.conn)
		x.heard = x.heard || n > 0
		if n == 0 && err != nil {
			return message.Verdict{}, noHead(err, x.heard)
		}
	}
}

// noHead tells where a connection ended before a head was whole.
func noHead(err error, heard bool) error {
	switch {
	case err != io.EOF:
		return err
	case heard:
		return errors.New("the connection was closed in the middle of the head")
	}
	return errors.New("the connection was closed without an answer")
}
