package origin

import (
	"context"
	"fmt"
	"io"

	"lacquer/message"
)

// Request is what is asked of an origin. Head stands as it shall go out: whoever asks has already taken off the
// hop-by-hop fields and set Via and the forwarding fields; Authority is the Host that is sent.
type Request struct {
	Head    *message.Request
	Body    io.Reader                             // nil without a body; read at most once, never sent twice
	Interim func(status int, head message.Header) // called for each 1xx but 101 before Fetch returns; nil drops them
	Trailer func() message.Header                 // the trailer section that follows Body, asked for once Body has ended; nil if there is none
}

// Response is what an origin answers. Body is never nil and must be closed. It ends with io.EOF only if the body came whole;
// one that was cut short ends with an *Error of kind Cut.
type Response struct {
	Head *message.Response
	Body io.ReadCloser
	// Trailer returns the trailer section once Body has ended with io.EOF, nil before that and where there is none. It is never nil itself
	// unless Conn is set.
	Trailer func() message.Header
	Conn    io.ReadWriteCloser // for 101 Switching Protocols: the connection itself, instead of Body
}

// Kind says in which way an origin failed.
type Kind uint8

// The ways in which an origin fails.
const (
	Connect  Kind = iota + 1 // no connection: refused, unreachable, name not found, TLS failed
	Timeout                  // no connection, first byte or next byte in time
	Broken                   // the answer is not HTTP or is ambiguous, or the connection broke before a whole head
	Cut                      // the body ended before it was whole
	Canceled                 // we gave up: the context was done
)

// Error is a failure of an origin, with the backend's name and its cause.
type Error struct {
	Kind    Kind
	Backend string
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("backend %s: %v", e.Backend, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fetcher asks an origin. *Backend is one. Fetch returns when the final head has come; the context governs the body, too.
// A failure is always an *Error. It is safe for concurrent use.
type Fetcher interface {
	Fetch(ctx context.Context, r *Request) (*Response, error)
}
