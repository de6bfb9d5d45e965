package demo

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headTime = 10 * time.Second // for a head to arrive, at the origin and at the control page
	idleTime = time.Minute      // between two requests of a connection
)

// origin is the site's own server, which can be taken down and up. Down means that nothing listens: connections are refused, and those
// that were open are cut.
type origin struct {
	handler http.Handler
	listen  func(network, address string) (net.Listener, error)
	address string // host:port, always the same

	mu      sync.Mutex // protects server, and is held while it starts or ends
	server  *http.Server
	serving sync.WaitGroup
}

// startOrigin starts a server on a free port of loopback.
func startOrigin(h http.Handler, listen func(network, address string) (net.Listener, error)) (*origin, error) {
	o := &origin{handler: h, listen: listen, address: "127.0.0.1:0"}
	return o, o.up()
}

// up lets the origin listen, if it does not.
func (o *origin) up() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.server != nil {
		return nil
	}
	l, err := o.listen("tcp", o.address)
	if err != nil {
		return fmt.Errorf("the origin cannot listen on %s: %w", o.address, err)
	}
	o.address = l.Addr().String()
	server := &http.Server{Handler: o.handler, ReadHeaderTimeout: headTime, IdleTimeout: idleTime}
	o.server = server
	o.serving.Go(func() { _ = server.Serve(l) }) // it ends when down closes it, and never before
	return nil
}

// down ends the origin at once, if it listens.
func (o *origin) down() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.server == nil {
		return nil
	}
	err := o.server.Close()
	o.server = nil
	o.serving.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (o *origin) isUp() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.server != nil
}
