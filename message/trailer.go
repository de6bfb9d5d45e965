package message

// DropUnfitTrailers takes off a trailer section what must not stand in one, or what nobody may take from there: framing, routing,
// conditions and ranges, authentication, caching and what describes the body (RFC 9110 section 6.5.1), what belongs to a connection, and
// lines that are no field lines.
func DropUnfitTrailers(h *Header) {
	h.DelFunc(func(f Field) bool {
		return !IsToken(f.Name) || !IsFieldValue(f.Value) || isOneOf(f.Name, hopByHopFields) || isOneOf(f.Name, headOnlyFields)
	})
}

// headOnlyFields mean something before the body or nothing at all.
var headOnlyFields = []string{
	"Host", "Content-Length", "Content-Type", "Content-Encoding", "Content-Range", "Content-Location", "Expect", "Max-Forwards",
	"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range", "Accept-Ranges",
	"Authorization", "WWW-Authenticate", "Authentication-Info", "Cookie", "Set-Cookie", "Set-Cookie2",
	"Cache-Control", "CDN-Cache-Control", "Lacquer-Cache-Control", "Surrogate-Control", "Pragma", "Expires", "Age", "Date", "Vary", "No-Vary-Search",
	"ETag", "Last-Modified", "Location", "Retry-After", "Via", "CDN-Loop", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	"Cache-Status", "Clear-Site-Data", "Strict-Transport-Security", "Alt-Svc", "X-Request-Id",
}
