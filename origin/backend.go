package origin

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Limits that are not the user's to choose.
const (
	maxHead        = 64 << 10         // bytes of the head of a response, of an interim one as well
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
	name     string
	location location
	timeouts Timeouts
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	pool     pool
	secured  *secured // nil without TLS
}

// New makes a backend. It opens no connection; the error says what is wrong with the options.
func New(o Options) (*Backend, error) {
	where, err := parseLocation(o.URL)
	if err != nil {
		return nil, &Error{Kind: Connect, Backend: o.Name, Err: err}
	}
	b := &Backend{name: o.Name, location: where, timeouts: o.Timeouts, dial: o.Dial}
	setDefault(&b.timeouts.Connect, defaultConnect)
	setDefault(&b.timeouts.FirstByte, defaultWait)
	setDefault(&b.timeouts.BetweenBytes, defaultWait)
	if b.dial == nil {
		b.dial = (&net.Dialer{}).DialContext
	}
	if where.scheme == "https" {
		b.secured = newSecured(b, o.TLS)
	}
	return b, nil
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

// Name returns the name of the backend.
func (b *Backend) Name() string { return b.name }

// Close closes the connections that nobody uses. Fetches under way go on, and later ones open connections anew.
func (b *Backend) Close() {
	b.pool.close()
	if b.secured != nil {
		b.secured.library.CloseIdleConnections()
	}
}

// open opens a connection, without TLS.
func (b *Backend) open(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, b.timeouts.Connect)
	defer cancel()
	return b.dial(ctx, b.location.network, b.location.address)
}
