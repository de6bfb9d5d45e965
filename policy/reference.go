package policy

import (
	"strings"

	"lacquer/message"
)

// maxReference is how long a reference may be that is followed, in bytes.
const maxReference = 8 << 10

// sameOrigin resolves a reference of a response against the target of its request (RFC 3986 section 5.2) and returns the primary key under which
// what it names is kept. It fails unless that is of the same origin: scheme, host and port (RFC 9110 section 4.3.1). Percent-encoding stays
// as it stands, as it does in the targets of requests; a fragment is dropped.
func sameOrigin(req *message.Request, reference string) (primary string, ok bool) {
	if len(reference) > maxReference || !printable(reference) || !strings.HasPrefix(req.Path, "/") {
		return "", false
	}
	reference, _, _ = strings.Cut(reference, "#")
	reference, ok = withoutScheme(req.Scheme, reference)
	if !ok {
		return "", false
	}
	if reference, ok = withoutAuthority(req, reference); !ok {
		return "", false
	}
	path, query, hasQuery := strings.Cut(reference, "?")
	switch {
	case path == "" && !hasQuery:
		path, query, hasQuery = req.Path, req.Query, req.HasQuery
	case path == "":
		path = req.Path
	case path[0] != '/':
		path = withoutDots(req.Path[:strings.LastIndexByte(req.Path, '/')+1] + path)
	default:
		path = withoutDots(path)
	}
	return string(appendTarget(nil, req.Scheme, req.Authority, path, query, hasQuery)), true
}

// printable reports whether a reference is made of visible ASCII, as all are (RFC 3986 section 2). Some readers take a backslash for a
// slash: whose host such a reference names is in doubt.
func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '\\' {
			return false
		}
	}
	return true
}

// withoutScheme cuts "scheme:" off a reference, if there is one, and reports whether the rest may be of the same origin: it is the same
// scheme, and a host follows. A colon behind a slash or a question mark ends no scheme.
func withoutScheme(scheme, reference string) (rest string, ok bool) {
	i := strings.IndexAny(reference, ":/?")
	if i < 0 || reference[i] != ':' {
		return reference, true
	}
	rest = reference[i+1:]
	return rest, message.EqualFold(reference[:i], scheme) && strings.HasPrefix(rest, "//")
}

// withoutAuthority cuts "//host:port" off a reference, if it stands there, and reports whether that is the one of req.
func withoutAuthority(req *message.Request, reference string) (rest string, ok bool) {
	hierarchy, found := strings.CutPrefix(reference, "//")
	if !found {
		return reference, true
	}
	end := strings.IndexAny(hierarchy, "/?")
	if end < 0 {
		end = len(hierarchy)
	}
	authority, rest := hierarchy[:end], hierarchy[end:]
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest // RFC 9110 section 4.2.3: an empty path is the root
	}
	return rest, CanonicalAuthority(req.Scheme, authority) == CanonicalAuthority(req.Scheme, req.Authority)
}

// withoutDots takes "." and ".." out of an absolute path (RFC 3986 section 5.2.4).
func withoutDots(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(path, "/")[1:]
	for i, segment := range segments {
		switch segment {
		case ".", "..":
			if segment == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if i == len(segments)-1 {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, segment)
		}
	}
	return "/" + strings.Join(kept, "/")
}
