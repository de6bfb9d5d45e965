package origin

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"lacquer/message"
)

// location is where a backend is.
type location struct {
	scheme string // "http" or "https"
	host   string // host and optional port; a placeholder where there is a socket
	prefix string // path that every request's path is put behind, without a slash at its end
	socket string // path of a Unix socket, "" for TCP
}

// socketHost stands for the host that a URL of a Unix socket does not have: net/http wants one to keep connections under.
const socketHost = "localhost"

// parseLocation reads the URL of a backend.
func parseLocation(text string) (location, error) {
	if socket, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(socket, "/") {
			return location{}, fmt.Errorf("url %q: the path of a Unix socket begins with a slash, as in unix:/run/app.sock", text)
		}
		return location{scheme: "http", host: socketHost, socket: socket}, nil
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
	return location{scheme: u.Scheme, host: u.Host, prefix: strings.TrimRight(u.EscapedPath(), "/")}, nil
}

// target returns the URL that makes net/http send exactly the prefix, path and query of r.
func (l location) target(r *message.Request) *url.URL {
	u := &url.URL{Scheme: l.scheme, Host: l.host, RawQuery: r.Query, ForceQuery: r.HasQuery}
	path := r.Path
	if path != "*" {
		path = l.prefix + path
	}
	if !strings.HasPrefix(path, "//") {
		u.Opaque = path // goes out as it stands
		return u
	}
	// Two slashes at the beginning of Opaque would be read as an authority. Path and RawPath can hold them, but only where
	// RawPath is a proper encoding; what is not goes out in absolute form, which every server must take (RFC 9112 section
	// 3.2.2).
	if decoded, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = decoded, path
		if u.EscapedPath() == path {
			return u
		}
		u.Path, u.RawPath = "", ""
	}
	authority := r.Authority
	if authority == "" {
		authority = l.host
	}
	u.Opaque = "//" + authority + path
	return u
}
