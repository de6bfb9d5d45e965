package proxy

import (
	"io"
	"net/netip"
	"time"

	"lacquer/message"
)

// Request is a request as it was received: its head, its body, and who sent it.
type Request struct {
	*message.Request
	Body io.Reader // nil without a body
	// Trailer returns the trailer section once Body has ended with io.EOF; before that, and where there is none, it returns nil. It is nil
	// itself where the protocol has none.
	Trailer func() message.Header
	Client  Client
	Time    time.Time // when its head was there; zero for now
	TLS     *TLS      // of the client's connection; nil without
	ID      string    // X-Request-Id: made by edge, or taken over from a trusted proxy
}

// TLS is what is known of a connection under TLS.
type TLS struct {
	Version    string // "1.3" for example
	Cipher     string // the name of the cipher suite
	ServerName string // SNI, "" if the client sent none
	Protocol   string // ALPN, "h2" for example
}

// Client is who sent a request.
type Client struct {
	Addr    netip.Addr // who is really asking: behind PROXY protocol and trusted proxies, never IPv4-mapped; invalid on a Unix socket
	Peer    netip.Addr // the other end of the connection; invalid on a Unix socket
	Trusted bool       // Peer is a trusted proxy: what its forwarding fields say has been believed and is passed on
}

// Writer takes the response of one transaction, in this order: any Interim, then one Head, any Write and Flush, at most one Trailer, then
// exactly one of Finish and Abort; or Upgrade instead of Head. It is used by one goroutine. Each edge has its own.
type Writer interface {
	// Interim sends a 1xx other than 101.
	Interim(status int, h message.Header) error
	// Head begins the final response. Where head.Length is Unknown, the body is framed as the protocol can. No field is added
	// but what framing needs and Date where it is missing. What head holds is valid until Head returns.
	Head(head *message.Response) error
	// Write sends a piece of the body; it does not keep p.
	Write(p []byte) (int, error)
	// Flush puts on the wire what was written.
	Flush() error
	// Trailer gives the trailer section that Finish sends, where protocol and framing have room for one: in HTTP/1.1 only after a body
	// whose Length is Unknown. Elsewhere it is dropped (RFC 9110 section 6.5).
	Trailer(h message.Header)
	// Finish ends a body that is whole.
	Finish() error
	// Abort ends the response such that the client sees that it was cut: by closing the connection or resetting the stream.
	Abort()
	// Upgrade sends a 101 head and hands over the connection. It fails where the protocol has no upgrade.
	Upgrade(head *message.Response) (io.ReadWriteCloser, error)
}
