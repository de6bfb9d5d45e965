package origin

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Limits that are not the user's to choose.
const (
	maxHead        = 64 << 10         // bytes of the field section of a response, an interim one as well
	maxInterim     = 8                // 1xx responses before the final one
	maxIdle        = 256              // connections that are kept open without a request
	idleTime       = 60 * time.Second // for which they are kept
	continueTime   = time.Second      // wait for 100 Continue before the body goes out all the same (RFC 9110 section 10.1.1)
	pingAfter      = 15 * time.Second // silence on an HTTP/2 connection after which it must prove that it lives
	defaultConnect = 2 * time.Second
	defaultWait    = 30 * time.Second
)

// Timeouts bound how long an origin is waited for. Zero stands for the default.
type Timeouts struct {
	Connect      time.Duration // for a connection, and as long again for a TLS handshake; default 2 s
	FirstByte    time.Duration // for the whole head of the answer, once the request was written; default 30 s
	BetweenBytes time.Duration // for the next piece of a body, each time one is asked for, and for the origin to take the next piece of ours; default 30 s
}

// Options describe a Backend.
type Options struct {
	Name string // as errors and logs call it
	URL  string // http://host:port/prefix, https://host/prefix or unix:/path/of/socket

	// Dial opens connections; nil stands for net.Dialer. It is called with "tcp" or "unix".
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Timeouts Timeouts
	TLS      *tls.Config // for https; nil trusts the authorities of the system
}

// Backend is one origin server. It implements Fetcher and is safe for concurrent use.
type Backend struct {
	name      string
	location  location
	timeouts  Timeouts
	transport *http.Transport
}

// New makes a backend. It opens no connection; the error says what is wrong with the options.
func New(o Options) (*Backend, error) {
	where, err := parseLocation(o.URL)
	if err != nil {
		return nil, &Error{Kind: Connect, Backend: o.Name, Err: err}
	}
	b := &Backend{name: o.Name, location: where, timeouts: o.Timeouts}
	setDefault(&b.timeouts.Connect, defaultConnect)
	setDefault(&b.timeouts.FirstByte, defaultWait)
	setDefault(&b.timeouts.BetweenBytes, defaultWait)
	b.transport = b.newTransport(o)
	return b, nil
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

func (b *Backend) newTransport(o Options) *http.Transport {
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true) // over TLS only, where both ends agree by ALPN
	return &http.Transport{
		Proxy:                  nil, // never one of the environment: it could be set by the Proxy field of a CGI request
		TLSClientConfig:        o.TLS,
		TLSHandshakeTimeout:    b.timeouts.Connect,
		DisableCompression:     true,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleTime,
		ResponseHeaderTimeout:  b.timeouts.FirstByte,
		ExpectContinueTimeout:  continueTime,
		MaxResponseHeaderBytes: maxHead,
		ForceAttemptHTTP2:      true,
		Protocols:              protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if b.location.socket != "" {
				network, address = "unix", b.location.socket
			}
			ctx, cancel := context.WithTimeout(ctx, b.timeouts.Connect)
			defer cancel()
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &patient{Conn: conn, limit: b.timeouts.BetweenBytes}, nil
		},
	}
}

// Name returns the name of the backend.
func (b *Backend) Name() string { return b.name }

// Close closes the connections that nobody uses. Fetches under way go on, and later ones open connections anew.
func (b *Backend) Close() { b.transport.CloseIdleConnections() }

// Fetch sends r and returns when the final head of the answer has come. What r holds must stay as it is until the body of the
// response was closed, since an origin may answer while it is still being asked. See Fetcher.
func (b *Backend) Fetch(ctx context.Context, r *Request) (*Response, error) {
	x := newExchange(b, ctx, r)
	answer, err := b.transport.RoundTrip(x.request(httptrace.WithClientTrace(x.ctx, x.trace())))
	x.headIsOver()
	if err != nil {
		return nil, x.fail(x.kindOf(err), err)
	}
	return x.accept(answer)
}
