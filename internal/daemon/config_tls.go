package daemon

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"lacquer/edge"
	"lacquer/internal/certificates"
)

// TLS says what https listeners show. Without hosts and certificates that is a certificate signed by ourselves.
type TLS struct {
	Email        string              // where the certificate authority writes to, "" for nowhere
	Hosts        []string            // in lower case; their certificates are obtained by ACME, and requests by http are sent to https
	Certificates []certificates.Pair // from files
	Directory    string              // URL of the certificate authority's directory, "" for Let's Encrypt
	Root         string              // path of the certificates by which that itself is known, "" for the machine's own
}

// tlsSettings are the keys beneath tls.
func tlsSettings() settings[Config] {
	return settings[Config]{
		one("tls.email", func(c *Config) *string { return &c.TLS.Email }, emailAddress).about("where the certificate authority writes to"),
		many("tls.hosts", func(c *Config) *[]string { return &c.TLS.Hosts }, tlsHost).about("hosts whose certificates are obtained by ACME, and whose http goes to https"),
		setting[Config]{key: "tls.certificates", nested: (*loader).readCertificates, form: listOf(pairSettings().object(""))}.about("certificates from files"),
		one("tls.acme.directory", func(c *Config) *string { return &c.TLS.Directory }, directoryURL).about("URL of another certificate authority than Let's Encrypt"),
		one("tls.acme.root", func(c *Config) *string { return &c.TLS.Root }, notEmpty).about("file of the certificates by which that authority is known"),
	}
}

// pairSettings are the keys of one certificate.
func pairSettings() settings[certificates.Pair] {
	return settings[certificates.Pair]{
		one("cert", func(p *certificates.Pair) *string { return &p.Certificate }, notEmpty).about("file of the certificate and those above it, in PEM"),
		one("key", func(p *certificates.Pair) *string { return &p.Key }, notEmpty).about("file of its private key, in PEM; the same file if left out"),
	}
}

// readCertificates reads the list of certificates from files; a single one may stand there by itself.
func (l *loader) readCertificates(n node) {
	const form = "write - {cert: site.pem, key: site.key}"
	items := n.items
	switch n.kind {
	case broken:
		return
	case nothing, scalar:
		l.report(n.at, "tls.certificates takes a list of files; "+form)
		return
	case mapping:
		items = []node{n}
	}
	l.config.TLS.Certificates = nil
	for _, item := range items {
		if item.kind == broken {
			continue
		}
		if item.kind != mapping {
			l.report(item.at, fmt.Sprintf("a certificate has two keys, and this is a %s; %s", item.kind, form))
			continue
		}
		var p certificates.Pair
		before := len(l.problems)
		readSection(l, item, pairSettings(), "", &p)
		switch {
		case len(l.problems) > before:
			continue
		case p.Certificate == "":
			l.report(item.at, "this certificate has no cert; "+form)
			continue
		case p.Key == "":
			p.Key = p.Certificate
		}
		l.config.TLS.Certificates = append(l.config.TLS.Certificates, certificates.Pair{Certificate: l.beside(p.Certificate), Key: l.beside(p.Key)})
	}
}

// completeTLS finds what the keys beneath tls lack together.
func (l *loader) completeTLS() {
	t := &l.config.TLS
	if t.Root != "" {
		t.Root = l.beside(t.Root)
	}
	slices.Sort(t.Hosts)
	t.Hosts = slices.Compact(t.Hosts)
	secured := slices.ContainsFunc(l.config.Listen, func(text string) bool {
		address, err := edge.Parse(text)
		return err == nil && address.TLS
	})
	switch {
	case secured || len(l.problems) > 0:
	case len(t.Hosts) > 0:
		l.report(l.whole(), "tls.hosts names hosts, but nothing listens for https; add https://:443 to listen")
	case len(t.Certificates) > 0:
		l.report(l.whole(), "tls.certificates names certificates, but nothing listens for https; add https://:443 to listen")
	}
}

func emailAddress(text string) (string, error) {
	if address, err := mail.ParseAddress(text); err != nil || address.Address != text {
		return "", fmt.Errorf("%q is no address of mail; write it like ops@example.org", text)
	}
	return text, nil
}

// tlsHost reads a name for which a certificate can be obtained on our own listeners.
func tlsHost(text string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	switch {
	case strings.Contains(name, "*"):
		return "", fmt.Errorf("%q is a wildcard, for which authorities ask by DNS, which is not in this version; name the hosts, or give a certificate beneath tls.certificates", text)
	case strings.ContainsAny(name, ":/"):
		return "", fmt.Errorf("%q is more than a host; write the name alone, such as www.example.org", text)
	case !isHostName(name):
		return "", fmt.Errorf("%q is no host; write a name such as www.example.org, an international one in its form with xn--", text)
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", fmt.Errorf("%q is an address; certificates are obtained for names", text)
	}
	return name, nil
}

// isHostName reports whether labels of letters, digits and dashes stand there (RFC 1123 section 2.1).
func isHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func directoryURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%q is no URL of a directory; write it like https://ca.example.org/acme/directory", text)
	}
	if u.Scheme != "https" {
		return "", errors.New("the directory of a certificate authority begins with https://") // RFC 8555 section 6.1
	}
	return text, nil
}
