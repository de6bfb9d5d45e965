package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"lacquer/edge"
)

// Host is what a Daemon needs of the machine it runs on. The zero value is the machine itself, without a log.
type Host struct {
	Listen func(network, address string) (net.Listener, error)                  // nil stands for net.Listen
	Dial   func(ctx context.Context, network, address string) (net.Conn, error) // nil stands for net.Dialer
	Log    *slog.Logger                                                         // nil discards

	// State is the directory beneath which certificates are kept that are obtained or made here. Without it none can be obtained.
	State string
	// CertificateCheck is how often the age of certificates that were obtained is looked at; 0 stands for a minute.
	CertificateCheck time.Duration

	// Token is what those who administer this Lacquer must show. Without it there is no administration.
	Token   string
	Version string // of Lacquer, to be shown to them

	// AccessLog takes the access log wherever the configuration sends it, unless it is off. nil obeys the configuration.
	AccessLog io.Writer

	// Watch is called for each transaction when it is over, on its goroutine, whatever becomes of the access log. It must not wait.
	Watch func(*edge.Entry)

	// Load reads the configuration anew for a reload. nil stands for Load with the source that the first one came from.
	Load func() (*Config, error)
}

func (h Host) withDefaults() Host {
	if h.Listen == nil {
		h.Listen = net.Listen
	}
	if h.Dial == nil {
		h.Dial = new(net.Dialer).DialContext
	}
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	return h
}

// accessLog opens the place where the access log goes. The second result closes it; both are nil if there is to be none.
func (h Host) accessLog(to string) (io.Writer, func() error, error) {
	keep := func() error { return nil }
	switch {
	case to == "off":
		return nil, nil, nil
	case h.AccessLog != nil:
		return h.AccessLog, keep, nil
	case to == "stdout":
		return os.Stdout, keep, nil
	case to == "stderr":
		return os.Stderr, keep, nil
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, nil, fmt.Errorf("access_log cannot be written: %w; name another file, or stdout, beneath access_log", err)
	}
	return f, f.Close, nil
}
