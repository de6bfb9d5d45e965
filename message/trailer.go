package message

import (
	"maps"
	"slices"
	"strings"
)

// TrailersOf makes a trailer section of what a library has read as a map, in the order of the names, without what DropUnfitTrailers takes off.
func TrailersOf(fields map[string][]string) Header {
	var h Header
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, value := range fields[name] {
			h.Add(name, value)
		}
	}
	DropUnfitTrailers(&h)
	return h
}

// DropUnfitTrailers takes off a trailer section what must not stand in one, or what nobody may take from there: framing, routing,
// conditions and ranges, authentication, caching and what describes the body (RFC 9110 section 6.5.1), what belongs to a connection, and
// lines that are no field lines. Digests, signatures, timings and whatever is not known stay: they are what trailers are for.
//
// Some recipients merge trailers into the head (RFC 9110 section 6.5.1 warns them). So nothing may come by this way that would not come
// by the head: nothing that tells who the client is or which resource is meant, and no name that many applications take for another,
// as they read "_" and "." as "-". It allocates nothing.
func DropUnfitTrailers(h *Header) {
	h.DelFunc(func(f Field) bool {
		return !IsToken(f.Name) || !IsFieldValue(f.Value) || strings.ContainsAny(f.Name, "_.") ||
			isOneOf(f.Name, hopByHopFields) || isOneOf(f.Name, headOnlyFields) || beginsLike(f.Name, headOnlyPrefixes)
	})
}

// headOnlyFields mean something before the body or nothing at all.
var headOnlyFields = []string{
	"Host", "Content-Length", "Content-Type", "Content-Encoding", "Content-Range", "Content-Location", "Content-Language",
	"Content-Disposition", "Expect", "Max-Forwards", "Allow", "Upgrade-Insecure-Requests", "HTTP2-Settings",
	"Range", "Accept-Ranges", "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Origin", "Referer", "User-Agent",
	"Authorization", "WWW-Authenticate", "Authentication-Info", "Cookie", "Cookie2", "Set-Cookie", "Set-Cookie2",
	"Cache-Control", "CDN-Cache-Control", "Lacquer-Cache-Control", "Surrogate-Control", "Pragma", "Expires", "Age", "Date", "Vary",
	"No-Vary-Search", "Cache-Groups", "Cache-Group-Invalidation", "Warning",
	"ETag", "Last-Modified", "Location", "Refresh", "Retry-After", "Via", "CDN-Loop", "Forwarded", "Proxy",
	"X-Real-IP", "True-Client-IP", "X-Client-IP", "X-HTTP-Method", "X-Method-Override", "X-Rewrite-URL", "X-Host",
	"Cache-Status", "Clear-Site-Data", "Strict-Transport-Security", "Alt-Svc", "X-Frame-Options", "X-Content-Type-Options",
	"X-Request-Id",
}

// headOnlyPrefixes begin the names of families of which no member belongs into a trailer section.
var headOnlyPrefixes = []string{
	"If-", "Proxy-", "X-Forwarded", "X-Original-", "X-HTTP-Method-", "CF-", "Sec-", "Access-Control-", "Content-Security-Policy",
	"Cross-Origin-",
}

func beginsLike(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if len(name) >= len(p) && EqualFold(name[:len(p)], p) {
			return true
		}
	}
	return false
}
