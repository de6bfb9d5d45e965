package policy

import (
	"encoding/binary"
	"fmt"
	"strings"

	"lacquer/message"
)

// Key says under which name the answers to a request are kept, in two levels. What Vary names stands beneath Base and is added
// by whoever keeps the variants, once the response has told it.
type Key struct {
	// Primary is authority, path and query: what a purge of a URL means. It holds for all schemes, since whoever purges knows
	// the page and not the ways in which it is reached.
	Primary string
	// Base is the scheme and what rules add, length-prefixed.
	Base string
}

// KeyOf returns the key of r. parts are the values that rules add, in their order.
//
// Two requests have the same key only if CanonicalAuthority, path, query, scheme and parts are the same, byte for byte. The
// authority is the one piece that is made uniform, so the origin must be asked with the canonical form, too: what reaches it
// but not the key can be used to poison the cache.
func KeyOf(r *message.Request, parts ...string) Key {
	var room [256]byte
	primary := string(AppendPrimary(room[:0], r))
	return Key{Primary: primary, Base: string(AppendBase(room[:0], r.Scheme, parts))}
}

// AppendPrimary appends the primary key of r to dst. It allocates nothing if dst has room and the authority is canonical
// already.
func AppendPrimary(dst []byte, r *message.Request) []byte {
	// No authority contains "/" and no path "?", so the three pieces need no lengths: this is the URL without its scheme, which
	// people can read in a purge log.
	return appendTarget(dst, r.Scheme, r.Authority, r.Path, r.Query, r.HasQuery)
}

// AppendBase appends the base key of a scheme and of the values that rules added: each with its length before it, so that no
// value can pass for two others.
func AppendBase(dst []byte, scheme string, parts []string) []byte {
	dst = appendPrefixed(dst, scheme)
	for _, part := range parts {
		dst = appendPrefixed(dst, part)
	}
	return dst
}

// PrimaryOf returns the primary key under which the answers for an absolute http or https URL are kept, for purges. Path and
// query are taken as they stand, as those of a request are: "/%7Euser" and "/~user" are two keys. A fragment is dropped, it
// never reaches a server. The error says what the URL lacks.
func PrimaryOf(url string) (string, error) {
	for i := 0; i < len(url); i++ {
		if c := url[i]; c <= ' ' || c >= 0x7f {
			return "", fmt.Errorf("URL %q: byte %#02x at offset %d cannot stand in a URL, write it percent-encoded", url, c, i)
		}
	}
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return "", fmt.Errorf("URL %q: no scheme, write http://host/path or https://host/path", url)
	}
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return "", fmt.Errorf("URL %q: scheme %q, only http and https are cached", url, scheme)
	}
	rest, _, _ = strings.Cut(rest, "#")
	target, query, hasQuery := strings.Cut(rest, "?")
	authority, path := target, "/"
	if slash := strings.IndexByte(target, '/'); slash >= 0 {
		authority, path = target[:slash], target[slash:]
	}
	switch {
	case authority == "" || authority[0] == ':':
		return "", fmt.Errorf("URL %q: no host, write %s://host/path", url, scheme)
	case strings.IndexByte(authority, '@') >= 0:
		return "", fmt.Errorf("URL %q: a user name is no part of a page's address, leave out what stands before the @", url)
	}
	return string(appendTarget(nil, scheme, authority, path, query, hasQuery)), nil
}

// CanonicalAuthority returns authority in the one form that all its spellings share: in lower case, without the dot at the end
// of the host (the root of the name system) and without the default port of its scheme (RFC 9110 section 4.2.3). It allocates
// only if there are capitals.
func CanonicalAuthority(scheme, authority string) string {
	host, port := splitPort(authority)
	if n := len(host); n > 1 && host[n-1] == '.' && host[n-2] != '.' {
		host = host[:n-1]
	}
	switch {
	case port == "" || port == ":":
		authority = host // the colon without a port means the default (RFC 3986 section 3.2.3)
	case scheme == "http" && port == ":80", scheme == "https" && port == ":443":
		authority = host
	case len(host)+len(port) != len(authority):
		authority = host + port
	}
	return lowerASCII(authority)
}

// splitPort splits an authority into its host and its port with the colon before it, "" without one. A colon within an IPv6
// address is none of a port; a host with colons and without brackets is no host, and stays whole.
func splitPort(authority string) (host, port string) {
	colon := strings.LastIndexByte(authority, ':')
	if colon <= 0 {
		return authority, ""
	}
	host, port = authority[:colon], authority[colon:]
	if bracketed := host[0] == '[' && host[len(host)-1] == ']'; bracketed {
		return host, port
	}
	if strings.ContainsAny(host, ":[]") {
		return authority, ""
	}
	return host, port
}

func appendTarget(dst []byte, scheme, authority, path, query string, hasQuery bool) []byte {
	dst = append(dst, CanonicalAuthority(scheme, authority)...)
	if path == "" {
		path = "/" // RFC 9110 section 4.2.3: an empty path is the root
	}
	dst = append(dst, path...)
	if hasQuery {
		dst = append(dst, '?')
		dst = append(dst, query...)
	}
	return dst
}

func appendPrefixed(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// lowerASCII leaves bytes beyond ASCII alone: no Unicode folding, by which two hosts could become one.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			lower := []byte(s)
			for ; i < len(lower); i++ {
				if c := lower[i]; 'A' <= c && c <= 'Z' {
					lower[i] = c + ('a' - 'A')
				}
			}
			return string(lower)
		}
	}
	return s
}
