package message

import (
	"net/netip"
	"strings"
)

// setTarget takes a request target apart in whichever of the four forms of RFC 9112 section 3.2 it has. Authority is that of an
// absolute form, else empty.
func (r *Request) setTarget(rd *reading, target string) bool {
	r.Authority = ""
	switch {
	case r.Method == "CONNECT":
		return refuseConnect(rd, target)
	case target[0] == '/':
		return r.setPath(rd, target)
	case target == "*":
		if r.Method != "OPTIONS" {
			return rd.refuse(400, "the target * of a method other than OPTIONS")
		}
		return r.setPath(rd, target)
	}
	return r.setAbsolute(rd, target)
}

// refuseConnect refuses CONNECT in any case: a reverse proxy is nobody's tunnel. Well-formed it is a method that is not allowed
// (RFC 9110 sections 9.3.6 and 15.5.6), and otherwise a bad request.
func refuseConnect(rd *reading, target string) bool {
	if validAuthority(target) && portOf(target) != "" {
		return rd.refuse(405, "CONNECT is not served")
	}
	return rd.refuse(400, "the target of CONNECT is not a host and port")
}

// setAbsolute takes "http://authority/path?query" apart. User information is refused: it has no place in a request and hides
// the host that is meant (RFC 9110 section 4.2.4).
func (r *Request) setAbsolute(rd *reading, target string) bool {
	rest, ok := cutScheme(target)
	if !ok {
		return rd.refuse(400, "the target is neither a path nor an http or https URI")
	}
	end := strings.IndexByte(rest, '/')
	if query := strings.IndexByte(rest, '?'); query >= 0 && (end < 0 || query < end) {
		end = query
	}
	if end < 0 {
		end = len(rest)
	}
	r.Authority, rest = rest[:end], rest[end:]
	if !validAuthority(r.Authority) {
		return rd.refuse(400, "the authority of the target is not a host and optional port")
	}
	switch {
	case rest == "" && r.Method == "OPTIONS":
		rest = "*" // RFC 9112 section 3.2.4
	case rest == "":
		rest = "/"
	case rest[0] == '?':
		if !r.setPath(rd, rest) {
			return false
		}
		r.Path = "/"
		return true
	}
	return r.setPath(rd, rest)
}

// cutScheme takes "http://" or "https://" off an absolute form.
func cutScheme(target string) (rest string, ok bool) {
	for _, scheme := range [...]string{"http://", "https://"} {
		if len(target) > len(scheme) && EqualFold(target[:len(scheme)], scheme) {
			return target[len(scheme):], true
		}
	}
	return "", false
}

// setPath splits path and query. Percent-encoding must be right in the path, by which applications route and caches key; a
// query may hold a lone "%", as many a search form sends it.
func (r *Request) setPath(rd *reading, target string) bool {
	r.Path, r.Query, r.HasQuery = strings.Cut(target, "?")
	if !percentEncoded(r.Path) {
		return rd.refuse(400, "the path has a % that is not followed by two hexadecimal digits")
	}
	return true
}

func percentEncoded(s string) bool {
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			return true
		}
		if i+2 >= len(s) || !is(s[i+1], hexByte) || !is(s[i+2], hexByte) {
			return false
		}
		s = s[i+3:]
	}
}

// takeHost sets Authority from Host. An HTTP/1.1 request has exactly one (RFC 9112 section 3.2). Beside an absolute form, which
// wins (section 3.2.2), it must say the same but for case, or whoever reads only one of them sees another site. Default ports are
// not filled in: the scheme that would tell them is only claimed.
func (r *Request) takeHost(rd *reading) bool {
	switch {
	case rd.hosts > 1:
		return rd.refuse(400, "several Host")
	case rd.hosts == 0 && r.Minor == 0:
		return true
	case rd.hosts == 0:
		return rd.refuse(400, "no Host")
	case !validAuthority(rd.host):
		return rd.refuse(400, "Host is not a host and optional port")
	case r.Authority == "":
		r.Authority = rd.host
		return true
	case !EqualFold(r.Authority, rd.host):
		return rd.refuse(400, "Host differs from the target")
	}
	return true
}

// validAuthority reports whether s is a host and optional port: a name of letters, digits, "-" and "_" in labels, one dot at its
// end allowed, an IPv4 address, or an IPv6 address in brackets. An empty host, an empty port and user information are not valid.
func validAuthority(s string) bool {
	host, port := splitPort(s)
	if len(host) < len(s) && !validPort(port) {
		return false
	}
	if strings.HasPrefix(host, "[") {
		if !strings.HasSuffix(host, "]") {
			return false
		}
		address, err := netip.ParseAddr(host[1 : len(host)-1])
		return err == nil && address.Is6() && address.Zone() == ""
	}
	return host != "" && len(host) <= 255 && all(host, hostByte) && host[0] != '.' && !strings.Contains(host, "..")
}

// splitPort cuts at the last colon outside brackets. Without one, host is s itself.
func splitPort(s string) (host, port string) {
	for i := len(s) - 1; i >= 0 && s[i] != ']'; i-- {
		if s[i] == ':' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func portOf(s string) string {
	_, port := splitPort(s)
	return port
}

func validPort(port string) bool {
	n, ok := number(port)
	return ok && len(port) <= 5 && n > 0 && n <= 65535
}
