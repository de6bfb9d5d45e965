package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"lacquer/admin"
	"lacquer/edge"
)

// administration is what a Daemon is administered by.
type administration struct {
	server   *admin.Server
	listener net.Listener // nil if there is none
}

// observe has transactions counted and shown, if there is to be an administration, before whoever watches otherwise.
func (d *Daemon) observe(cfg *Config, host Host) Host {
	if host.Token == "" || cfg.Admin.Address == admin.Off {
		return host
	}
	metrics, feed, watch := new(admin.Metrics), new(admin.Feed), host.Watch
	d.administration.server = &admin.Server{
		Token: host.Token, Metrics: metrics, Feed: feed, Version: host.Version, Log: host.Log,
	}
	host.Watch = func(e *edge.Entry) {
		metrics.Observe(e)
		feed.Observe(e)
		if watch != nil {
			watch(e)
		}
	}
	return host
}

// openAdministration listens for those who administer.
func (d *Daemon) openAdministration(cfg *Config, host Host, h *house) error {
	a := &d.administration
	if a.server == nil {
		return nil
	}
	a.server.House = h
	a.server.Init()
	l, err := listenForAdministration(cfg.Admin, host)
	if err != nil {
		return err
	}
	a.listener = l
	d.closeLater(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), adminDrainTime)
		defer cancel()
		a.server.Shutdown(ctx) // those whose answers were cut notice
		return closeListener(l)
	})
	return nil
}

// listenForAdministration opens the listener. Where it is only the default that is taken, by a second Lacquer on the machine for example, any free
// port does: the commands find it by the state directory.
func listenForAdministration(at Admin, host Host) (net.Listener, error) {
	l, err := admin.Open(at.Address, host.Listen)
	if err == nil {
		return l, nil
	}
	if !at.Explicit && errors.Is(err, syscall.EADDRINUSE) {
		if l, err := admin.Open("127.0.0.1:0", host.Listen); err == nil {
			return l, nil
		}
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the administration cannot listen on %s: the address is in use; choose another by admin or --admin, or off for none", at.Address)
	}
	return nil, fmt.Errorf("the administration cannot be opened: %w", err)
}

// serveAdministration answers those who administer, until it is closed.
func (d *Daemon) serveAdministration() {
	if a := &d.administration; a.listener != nil {
		go func() {
			if err := a.server.Serve(a.listener); err != nil {
				d.failed <- fmt.Errorf("administration on %s: %w", a.listener.Addr(), err)
			}
		}()
	}
}

// reloaded counts a reload, whoever asked for it.
func (a *administration) reloaded(well bool) {
	if a.server != nil {
		a.server.Metrics.Reloaded(well)
	}
}

// Admin returns where the administration is reached, as admin.ParseAddress reads it; "" if there is none.
func (d *Daemon) Admin() string {
	if d.administration.listener == nil {
		return ""
	}
	return admin.AddressOf(d.administration.listener)
}

// LoginPath returns the path, beneath the address of the administration, by which one browser may log in, once; "" if there is none.
func (d *Daemon) LoginPath() string {
	if d.administration.listener == nil {
		return ""
	}
	return d.administration.server.Login()
}
