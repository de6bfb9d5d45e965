package origin

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// location is where a backend is.
type location struct {
	scheme  string // "http" or "https"
	host    string // without port, in ASCII; "" where there is a socket
	prefix  string // path that every request's path is put behind, without a slash at its end
	network string // "tcp" or "unix"
	address string // what is dialled: host and port, or the path of the socket
}

// parseLocation reads the URL of a backend.
func parseLocation(text string) (location, error) {
	if socket, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(socket, "/") {
			return location{}, fmt.Errorf("url %q: the path of a Unix socket begins with a slash, as in unix:/run/app.sock", text)
		}
		return location{scheme: "http", network: "unix", address: socket}, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err // without the URL, which may hold a password
		}
		return location{}, fmt.Errorf("url cannot be read: %w", err)
	}
	switch {
	case u.User != nil:
		return location{}, fmt.Errorf("url %q: a user in it is not supported; set the Authorization field by a rule", u.Redacted())
	case u.Scheme != "http" && u.Scheme != "https":
		return location{}, fmt.Errorf("url %q: it begins with http://, https:// or unix:/", text)
	case u.Hostname() == "":
		return location{}, fmt.Errorf("url %q: the host is missing, as in %s://127.0.0.1:3000", text, u.Scheme)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return location{}, fmt.Errorf("url %q: a query or fragment has no meaning here", text)
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return location{}, fmt.Errorf("url %q: the host is no name of the Internet: %w", text, err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return location{
		scheme:  u.Scheme,
		host:    host,
		prefix:  strings.TrimRight(u.EscapedPath(), "/"),
		network: "tcp",
		address: net.JoinHostPort(host, port),
	}, nil
}

// asciiHost returns a host as name servers and certificates know it (RFC 5891). What is ASCII stays as it is.
func asciiHost(host string) (string, error) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return idna.Lookup.ToASCII(host)
		}
	}
	return host, nil
}

// path returns a request's path as this backend is asked for it.
func (l *location) path(path string) string {
	if l.prefix == "" || path == "*" {
		return path
	}
	return l.prefix + path
}
