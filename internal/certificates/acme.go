package certificates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"
)

// ACME says for which hosts certificates are obtained, and where.
type ACME struct {
	Hosts     []string // names in lower case, without wildcards
	Email     string   // where the authority writes to, "" for nowhere
	Authority string   // URL of its directory; "" stands for Let's Encrypt
	Roots     string   // path of root certificates in PEM by which the authority itself is known; "" for the machine's own

	// Addresses of our own listeners, on which challenges arrive; nil where there is none. The library listens itself where it finds
	// that nobody does, so these are its guide.
	HTTP, TLS net.Addr
}

// manager obtains and renews certificates by ACME.
type manager struct {
	hosts  []string
	log    *slog.Logger
	config *certmagic.Config
	issuer *certmagic.ACMEIssuer
	cache  *certmagic.Cache

	mu       sync.Mutex
	attempts map[string]context.CancelFunc // of first certificates, by host
}

func newManager(o Options, log *slog.Logger) (*manager, error) {
	if o.Directory == "" {
		return nil, errors.New("certificates cannot be obtained without a directory to keep them in")
	}
	roots, err := readRoots(o.ACME.Roots)
	if err != nil {
		return nil, err
	}
	m := &manager{hosts: o.ACME.Hosts, log: log, attempts: map[string]context.CancelFunc{}}
	library := zap.New(bridge{log: log})
	check := o.RenewCheck
	if check <= 0 {
		check = time.Minute
	}
	m.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return m.config, nil },
		RenewCheckInterval: check,
		Logger:             library,
	})
	m.config = certmagic.New(m.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(o.Directory, "acme")},
		OnEvent: m.happened,
		Logger:  library,
	})
	m.issuer = certmagic.NewACMEIssuer(m.config, certmagic.ACMEIssuer{
		CA:                      o.ACME.Authority,
		Email:                   o.ACME.Email,
		Agreed:                  true, // who names hosts has read the terms: the documentation asks for it
		TrustedRoots:            roots,
		DisableHTTPChallenge:    o.ACME.HTTP == nil,
		DisableTLSALPNChallenge: o.ACME.TLS == nil,
		AltHTTPPort:             portOf(o.ACME.HTTP),
		AltTLSALPNPort:          portOf(o.ACME.TLS),
		Logger:                  library,
	})
	m.config.Issuers = []certmagic.Issuer{m.issuer}
	return m, nil
}

// readRoots returns nil for "".
func readRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("root certificates", path, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("root certificates %s: the file holds no certificate in PEM", path)
	}
	return pool, nil
}

func portOf(address net.Addr) int {
	if address == nil {
		return 0
	}
	_, text, err := net.SplitHostPort(address.String())
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text)
	return port
}

// begin takes each host in hand on a goroutine of its own, counted in work, until life ends.
func (m *manager) begin(life context.Context, work *sync.WaitGroup) {
	for _, host := range m.hosts {
		work.Go(func() { m.manage(life, host) })
	}
}

// close ends renewals.
func (m *manager) close() { m.cache.Stop() }

// manage sees to it that there is a certificate for a host. From then on the library renews it.
func (m *manager) manage(life context.Context, host string) {
	for pause := firstPause; life.Err() == nil; pause = min(2*pause, longestPause) {
		if m.load(life, host) || m.obtain(life, host) && m.load(life, host) {
			return
		}
		wait(life, pause)
	}
}

// load takes a certificate that was obtained before out of its files, and reports whether there was one.
func (m *manager) load(life context.Context, host string) bool {
	c, err := m.config.CacheManagedCertificate(life, host)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && life.Err() == nil {
			m.log.Error("a certificate that was obtained cannot be read; remove its files, and it is obtained again", "host", host, "error", err)
		}
		return false
	}
	m.log.Info("certificate", "host", host, "until", c.Leaf.NotAfter)
	if c.NeedsRenewal(m.config) {
		_ = m.cache.RenewManagedCertificates(life) // it tells the log what goes wrong
	}
	return true
}

// obtain asks the authority for a first certificate until it gives one, or cannot be reached.
func (m *manager) obtain(life context.Context, host string) bool {
	attempt, cancel := context.WithCancel(life)
	defer cancel()
	m.attempting(host, cancel)
	defer m.attempting(host, nil)
	return m.config.ObtainCertAsync(attempt, host) == nil // what goes wrong was told to happened
}

const (
	// firstPause is how soon an authority is asked again that could not be reached, and longestPause how late. The library would wait a
	// minute, and the network of a machine that starts is often a few seconds late. What the authority itself refuses is not hurried:
	// the library has a schedule that fits the limits which authorities set.
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
)

func wait(life context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-life.Done():
	case <-timer.C:
	}
}

func (m *manager) attempting(host string, cancel context.CancelFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if cancel == nil {
		delete(m.attempts, host)
		return
	}
	m.attempts[host] = cancel
}

// happened is told by the library what it does.
func (m *manager) happened(_ context.Context, event string, facts map[string]any) error {
	host, _ := facts["identifier"].(string)
	switch event {
	case "cert_obtained":
		m.log.Info("certificate obtained", "host", host, "renewal", facts["renewal"], "authority", facts["issuer"])
	case "cert_failed":
		err, _ := facts["error"].(error)
		m.log.Error("no certificate was obtained; what there is stays in use, and it is tried again", "host", host, "renewal", facts["renewal"], "error", err)
		if _, refused := errors.AsType[acme.Problem](err); refused {
			return nil
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if cancel := m.attempts[host]; cancel != nil {
			cancel()
		}
	}
	return nil
}

// named returns the certificates for a name.
func (m *manager) named(name string) (found []*tls.Certificate) {
	now := time.Now()
	var over []*tls.Certificate
	for _, c := range m.cache.AllMatchingCertificates(name) {
		if now.After(c.Leaf.NotAfter) {
			over = append(over, &c.Certificate)
		} else {
			found = append(found, &c.Certificate)
		}
	}
	return append(found, over...) // better a warning of the browser than a connection that ends
}

// any returns the certificate of the first host that has one.
func (m *manager) any() []*tls.Certificate {
	for _, host := range m.hosts {
		if found := m.named(host); len(found) > 0 {
			return found
		}
	}
	return nil
}
