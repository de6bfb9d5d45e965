package message

// Outcome is what is to be done with bytes that were parsed as a head.
type Outcome uint8

// The outcomes of parsing a head.
const (
	Incomplete Outcome = iota // nothing wrong so far, but the head has not ended: read more and parse from its start again
	Serve                     // a whole head, well-formed and unambiguous
	Refuse                    // answer with Status and close the connection; what follows on it cannot be trusted
	HandOver                  // not HTTP/1, but whole: all bytes, from the first, belong to a library
)

// Framing is how a body is delimited (RFC 9112 section 6.3).
type Framing uint8

// The framings of a body.
const (
	NoBody     Framing = iota // nothing follows the head
	ByLength                  // Length bytes, at least one
	ByChunks                  // chunks (RFC 9112 section 7.1), as Chunked decodes them
	UntilClose                // everything until the connection ends; of responses only
)

// Verdict is what Parse found.
type Verdict struct {
	Outcome   Outcome
	Size      int     // bytes of the head that is served, from the start of the buffer; otherwise 0
	Status    int     // of the answer to what is refused: 400, 405, 414, 417, 431, 501 or 505; for a response always 502
	Why       string  // what is wrong with what is refused, in a few words that hold no bytes of the peer
	Framing   Framing // of the body that follows a head that is served
	KeepAlive bool    // the connection may serve another message once the body is read (RFC 9112 section 9.3)
}
