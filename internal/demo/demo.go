package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"

	"lacquer/edge"
	"lacquer/internal/daemon"
	"lacquer/internal/demo/site"
)

// configuration is what Lacquer is told about the site.
//
//go:embed demo.yaml
var configuration []byte

// Where the demo listens if it is not said.
const (
	DefaultListen  = "127.0.0.1:8080"
	DefaultControl = "127.0.0.1:0"
)

// Options say where a demo listens, and on which machine. The zero value is the usual demo.
type Options struct {
	// Listen is host:port of the site behind Lacquer, Control that of the control page, which is on loopback. Port 0 picks a free one; if
	// nothing is said, a port that is in use makes way for a free one.
	Listen, Control string

	Host daemon.Host // Watch and Token are the demo's own
}

// AddressError says that an address cannot be used, however free its port is.
type AddressError struct {
	Which   string // listen or control
	Address string
	Why     string
}

func (e *AddressError) Error() string { return fmt.Sprintf("--%s: %q %s", e.Which, e.Address, e.Why) }

// Demo is a demo that runs.
type Demo struct {
	site          *site.Site
	origin        *origin
	lacquer       *daemon.Daemon
	administrator *administrator
	visitor       *visitor
	traffic       *traffic
	herd          *herd
	control       *control

	serving sync.WaitGroup
	failed  chan error
	ended   chan struct{} // closed by Stop

	siteURL, controlURL string
}

// Start starts the site, Lacquer and the control page, and accepts connections when it returns. If a step fails, what earlier ones began
// is ended again.
func Start(o Options) (*Demo, error) {
	fallback := o.Listen == ""
	o.Listen, o.Control = cmp.Or(o.Listen, DefaultListen), cmp.Or(o.Control, DefaultControl)
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Host.Listen == nil {
		o.Host.Listen = net.Listen
	}
	if o.Host.Dial == nil {
		o.Host.Dial = new(net.Dialer).DialContext
	}
	d := &Demo{site: site.New(), failed: make(chan error, 2), ended: make(chan struct{})}
	if err := d.start(o, fallback); err != nil {
		return nil, errors.Join(err, d.Stop(context.Background()))
	}
	return d, nil
}

// start starts one thing after the other, each of which needs the one before.
func (d *Demo) start(o Options, fallback bool) (err error) {
	if d.origin, err = startOrigin(d.site, o.Host.Listen); err != nil {
		return err
	}
	d.traffic = newTraffic(d.site)
	if err := d.startLacquer(o, fallback); err != nil {
		return err
	}
	address := browsable(d.lacquer.Addresses()[0])
	d.siteURL = "http://" + address
	d.visitor = newVisitor(address, o.Host.Dial)
	d.herd = newHerd(d.visitor, d.site, d.traffic.touch)
	return d.startControl(o)
}

// check says which address cannot be one.
func (o *Options) check() error {
	if _, _, err := net.SplitHostPort(o.Listen); err != nil || strings.Contains(o.Listen, "/") {
		return &AddressError{"listen", o.Listen, "is not host:port; write it as in " + DefaultListen}
	}
	host, _, err := net.SplitHostPort(o.Control)
	if err != nil {
		return &AddressError{"control", o.Control, "is not host:port; write it as in 127.0.0.1:8081"}
	}
	if !isLoopback(host) {
		return &AddressError{"control", o.Control, "is not on loopback, and who reaches the control page controls the demo; write it as in 127.0.0.1:8081"}
	}
	return nil
}

// isLoopback reports whether a host, as it stands in a URL without brackets, means this machine and can be reached from it only.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// browsable returns the address at which a browser on this machine reaches what listens on another. Every address is no address, and a
// Content-Security-Policy has no words for one of IPv6 (CSP Level 3 section 2.3.1).
func browsable(address string) string {
	host, port, _ := net.SplitHostPort(address)
	switch ip, err := netip.ParseAddr(host); {
	case host == "" || err == nil && ip.IsUnspecified():
		host = "127.0.0.1"
	case err == nil && ip.Is6() && ip.IsLoopback():
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// startLacquer starts a Lacquer like any other, in front of the origin.
func (d *Demo) startLacquer(o Options, fallback bool) error {
	config, err := daemon.Load(daemon.Source{
		File:  "demo.yaml",
		Data:  configuration,
		Flags: daemon.Flags{Listen: []string{o.Listen}, Backend: "http://" + d.origin.address},
	})
	if err != nil {
		return err
	}
	host := o.Host
	host.Watch = func(e *edge.Entry) {
		lasting := e.Clone() // pages see it later
		d.traffic.observe(&lasting)
	}
	host.Token = rand.Text()
	if fallback {
		host.Listen = elsewhere(host.Listen)
	}
	if d.lacquer, err = daemon.Start(config, host); err != nil {
		return err
	}
	d.administrator = newAdministrator(d.lacquer.Admin(), host.Token, host.Dial)
	d.serving.Go(d.watch)
	return nil
}

// elsewhere listens on a free port of the same host where the one that is asked for is in use.
func elsewhere(listen func(network, address string) (net.Listener, error)) func(network, address string) (net.Listener, error) {
	return func(network, address string) (net.Listener, error) {
		l, err := listen(network, address)
		if errors.Is(err, syscall.EADDRINUSE) {
			host, _, _ := net.SplitHostPort(address)
			return listen(network, net.JoinHostPort(host, "0"))
		}
		return l, err
	}
}

func (d *Demo) startControl(o Options) error {
	l, err := o.Host.Listen("tcp", o.Control)
	if err != nil {
		return fmt.Errorf("the control page cannot listen on %s: %w; choose another address by --control", o.Control, err)
	}
	d.control = newControl(d)
	d.controlURL = "http://" + browsable(l.Addr().String())
	d.serving.Go(func() {
		if err := d.control.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- fmt.Errorf("the control page: %w", err)
		}
	})
	return nil
}

// SiteURL returns where the site is, behind Lacquer.
func (d *Demo) SiteURL() string { return d.siteURL }

// ControlURL returns where the control page is.
func (d *Demo) ControlURL() string { return d.controlURL }

// Failed delivers the error of a listener that ended by itself.
func (d *Demo) Failed() <-chan error { return d.failed }

// watch passes on what the listener of the site fails with.
func (d *Demo) watch() {
	select {
	case err := <-d.lacquer.Failed():
		d.failed <- err
	case <-d.ended:
	}
}

// Stop ends everything: first those who ask, then Lacquer, then the origin that it may still be asking. What is under way may go on until
// ctx is done. It is called once.
func (d *Demo) Stop(ctx context.Context) error {
	var errs []error
	close(d.ended)
	if d.control != nil {
		d.control.shutdown(ctx)
	}
	d.serving.Wait()
	if d.herd != nil {
		d.herd.stop()
	}
	if d.lacquer != nil {
		errs = append(errs, d.lacquer.Stop(ctx))
	}
	if d.origin != nil {
		errs = append(errs, d.origin.down())
	}
	return errors.Join(errs...)
}
