package message

// Response is the head of a response.
type Response struct {
	Status int // three digits, 100 to 999
	Major  uint8
	Minor  uint8
	Header Header
	Length int64 // bytes of the body as the head declares them; Unknown if it does not
}

// Clone returns a copy that shares no memory with r.
func (r *Response) Clone() *Response {
	c := *r
	c.Header = r.Header.Clone()
	return &c
}

// HasBody reports whether a response with this status to a request with this method may carry a body (RFC 9110 section 6.4.1).
func HasBody(method string, status int) bool {
	return method != "HEAD" && status >= 200 && status != 204 && status != 304
}
