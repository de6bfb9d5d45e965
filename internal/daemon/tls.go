package daemon

import (
	"net"
	"path/filepath"
	"slices"
	"strconv"

	"lacquer/edge"
	"lacquer/internal/certificates"
)

// secure has the listeners of https speak TLS, and the server answer what belongs to that. All listeners are open. Without any for https
// it does nothing.
func (d *Daemon) secure(cfg *Config, host Host) error {
	doors, err := doorsOf(cfg.Listen, d.listeners)
	if err != nil || doors.tls == nil {
		return err
	}
	o := certificates.Options{
		Files: cfg.TLS.Certificates,
		ACME: certificates.ACME{
			Hosts: cfg.TLS.Hosts, Email: cfg.TLS.Email, Authority: cfg.TLS.Directory, Roots: cfg.TLS.Root,
			HTTP: doors.http, TLS: doors.tls,
		},
		RenewCheck: host.CertificateCheck,
		Log:        host.Log,
	}
	if host.State != "" {
		o.Directory = filepath.Join(host.State, "certificates")
	}
	set, err := certificates.Open(o)
	if err != nil {
		return err
	}
	d.closeLater(func() error { set.Close(); return nil })
	d.certificates = set
	for _, i := range doors.secured {
		d.listeners[i] = edge.Secure(d.listeners[i], set.Get, set.Protocols()...)
	}
	d.server.Covers = set.Covers
	d.server.Challenge = set.Challenge
	d.server.Secured = func(name string) (string, bool) {
		// Until there is a certificate, a site by http is better than an error by https.
		return name + doors.port, slices.Contains(cfg.TLS.Hosts, name) && set.Covers(name)
	}
	return nil
}

// doors are the listeners as seen by who secures them.
type doors struct {
	secured   []int    // those for https, by their place
	http, tls net.Addr // the first of each kind, rather one without PROXY protocol; nil without
	port      string   // of https for URLs, with a colon; "" for the usual one
}

// doorsOf sorts listeners by what is spoken there. The port for URLs is that of a listener to which clients connect themselves: the usual
// one if it is among them, else the first; behind another proxy it is taken to be the usual one.
func doorsOf(texts []string, listeners []net.Listener) (doors, error) {
	var d doors
	var httpDirect, tlsDirect bool
	var ports []string
	for i, text := range texts {
		address, err := edge.Parse(text)
		if err != nil {
			return d, err
		}
		real := listeners[i].Addr()
		switch {
		case address.Network == "unix":
		case address.TLS:
			d.secured = append(d.secured, i)
			if d.tls == nil || !tlsDirect && !address.PROXY {
				d.tls, tlsDirect = real, !address.PROXY
			}
			if _, port, err := net.SplitHostPort(real.String()); err == nil && !address.PROXY {
				ports = append(ports, port)
			}
		case d.http == nil || !httpDirect && !address.PROXY:
			d.http, httpDirect = real, !address.PROXY
		}
	}
	if len(ports) > 0 && !slices.Contains(ports, strconv.Itoa(httpsPort)) {
		d.port = ":" + ports[0]
	}
	return d, nil
}

// httpsPort need not stand in URLs (RFC 9110 section 4.2.2).
const httpsPort = 443

// TryCertificates reads the files beneath tls.certificates as a start would, and returns what is wrong with the first that is not in
// order.
func (c *Config) TryCertificates() error { return certificates.Check(c.TLS.Certificates) }
