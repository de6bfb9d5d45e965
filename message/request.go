package message

import "strings"

// Unknown is the length of a body that its head does not tell.
const Unknown int64 = -1

// Request is the head of a request.
//
// Authority, Path and Query are the target as RFC 9110 section 7.1 reconstructs it, whatever form it came in; the Host
// field is taken out of Header.
type Request struct {
	Method    string // as received: methods are case-sensitive (RFC 9110 section 9.1)
	Scheme    string // "http" or "https": how the client reached us, or says a trusted proxy
	Authority string // host and optional port as received, never empty in HTTP/1.1
	Path      string // as received, percent-encoding untouched; "*" for OPTIONS *
	Query     string // what stands behind the first "?", without it
	HasQuery  bool   // a "?" was there: "/a?" and "/a" are different targets
	Major     uint8  // version of the protocol, 1.1 for example
	Minor     uint8
	Header    Header
	Length    int64 // bytes of the body; 0 without one, Unknown if it comes in chunks
}

// URI returns path and query as they stand in a request line.
func (r *Request) URI() string {
	if !r.HasQuery {
		return r.Path
	}
	return r.Path + "?" + r.Query
}

// Clone returns a copy that shares no memory with r or the buffer it was parsed from.
func (r *Request) Clone() *Request {
	c := *r
	text := strings.Join([]string{r.Method, r.Scheme, r.Authority, r.Path, r.Query}, "")
	for _, part := range []*string{&c.Method, &c.Scheme, &c.Authority, &c.Path, &c.Query} {
		n := len(*part)
		*part, text = text[:n], text[n:]
	}
	c.Header = r.Header.Clone()
	return &c
}
