package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// maxStreams is how many requests of a connection are served at once: more than a browser asks for, and what a flood of them may cost.
	maxStreams = 250
	// pingAfter is how long a connection may be silent before it is asked whether it is still there, and pingTime how long the answer may take.
	pingAfter = 30 * time.Second
	pingTime  = 15 * time.Second
)

// http2 returns the limits as net/http wants them for HTTP/2. Its own hold for the rest: a megabyte of bodies in flight for a connection,
// and an end to it when its streams are reset faster than they are served.
func (l Limits) http2() *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams: maxStreams,
		SendPingTimeout:      pingAfter,
		PingTimeout:          pingTime,
		WriteByteTimeout:     l.WriteTime,
	}
}

// second serves the connections over which HTTP/2 was chosen, by net/http. It begins with the first of them.
type second struct {
	http    *http.Server
	handed  handedOver
	started sync.Once
}

func (h *second) init(s *Server) {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	h.http = &http.Server{
		Handler:                      http.HandlerFunc(s.serveStream),
		ReadHeaderTimeout:            s.limits.HeaderTime,
		ReadTimeout:                  s.limits.HeaderTime + drainTime, // for a body that net/http drains by itself; else serveStream lifts it
		IdleTimeout:                  s.limits.IdleTime,
		MaxHeaderBytes:               s.limits.Header,
		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
		Protocols:                    protocols,
		HTTP2:                        s.limits.http2(),
		ErrorLog:                     log.New(complaints{s.log}, "", 0),
	}
	h.handed = handedOver{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// take hands a connection over whose handshake has chosen HTTP/2. It reports false if there is nobody any more to take it.
func (h *second) take(conn *tls.Conn) bool {
	h.started.Do(func() { go h.http.Serve(&h.handed) })
	select {
	case h.handed.conns <- conn:
		return true
	case <-h.handed.closed:
		return false
	}
}

// shutdown drains; see Server.Shutdown.
func (h *second) shutdown(ctx context.Context) error {
	h.handed.Close()
	return h.http.Shutdown(ctx)
}

// close cuts what is open.
func (h *second) close() { h.http.Close() }

// handedOver is a listener whose connections are those that were handed over.
type handedOver struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once // closes closed
}

func (l *handedOver) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *handedOver) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is asked for by net/http's context, which nobody reads.
func (l *handedOver) Addr() net.Addr { return nobody{} }

// complaints takes what net/http logs.
type complaints struct{ log *slog.Logger }

// Write logs one line. It is safe for concurrent use.
func (c complaints) Write(line []byte) (int, error) {
	c.log.Warn(string(bytes.TrimRight(line, "\n")))
	return len(line), nil
}
