package certificates

import (
	"crypto/tls"
	"net"
	"strings"
)

// nameOf returns the name that a client asks for, in lower case; where it asks for none, the address that it reached, since clients
// send no addresses (RFC 6066 section 3).
func nameOf(hello *tls.ClientHelloInfo) string {
	if hello.ServerName != "" {
		return strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	}
	if hello.Conn == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(hello.Conn.LocalAddr().String())
	if err != nil {
		return ""
	}
	return host
}

// namesOf returns the names that a certificate is for, in lower case: those of RFC 9525, so not its common name.
func namesOf(c *tls.Certificate) []string {
	var names []string
	for _, name := range c.Leaf.DNSNames {
		names = append(names, strings.ToLower(name))
	}
	for _, address := range c.Leaf.IPAddresses {
		names = append(names, address.String())
	}
	return names
}

// candidates returns the names under which a certificate for name may stand: its own, and with a wildcard for the first label
// (RFC 9525 section 6.3).
func candidates(name string) []string {
	if net.ParseIP(name) == nil {
		if _, rest, ok := strings.Cut(name, "."); ok {
			return []string{name, "*." + rest}
		}
	}
	return []string{name}
}

// isFor reports whether a certificate is for a name.
func isFor(c *tls.Certificate, name string) bool {
	for _, has := range namesOf(c) {
		for _, wanted := range candidates(name) {
			if has == wanted {
				return true
			}
		}
	}
	return false
}
