package message

// HasToken reports whether one of the comma-separated elements of all lines called field is token, without regard to case.
func HasToken(h Header, field, token string) bool {
	for i := range h {
		if EqualFold(h[i].Name, field) && listHas(h[i].Value, token) {
			return true
		}
	}
	return false
}

func listHas(list, token string) bool {
	for list != "" {
		var e string
		if e, list = element(list); EqualFold(e, token) {
			return true
		}
	}
	return false
}

// RemoveHopByHop removes what was meant for this connection only (RFC 9110 section 7.6.1): Connection, the fields it names, and those
// known to belong to a connection. Transfer-Encoding is among them: how the body is framed onwards follows from its length.
// The fields of authentication to a proxy go as well: we are a gateway, nobody behind us is addressed by them, and RFC 9111
// section 3.1 forbids to store them.
//
// Fields of which Connection must not rob a message stay although it names them: see keptFields. To keep an upgrade, its
// fields are set again afterwards. It allocates nothing.
func RemoveHopByHop(h *Header) {
	if namesFields(*h) {
		// Connection lines are among those that stay, so each can be found until all fields have been asked.
		all := *h
		h.DelFunc(func(f Field) bool { return HasToken(all, "Connection", f.Name) && !isOneOf(f.Name, keptFields) })
	}
	h.DelFunc(func(f Field) bool { return isHopByHop(f.Name) })
}

// namesFields reports whether Connection names anything but what goes in any case.
func namesFields(h Header) bool {
	for i := range h {
		if !EqualFold(h[i].Name, "Connection") {
			continue
		}
		for list := h[i].Value; list != ""; {
			var option string
			if option, list = element(list); !EqualFold(option, "close") && option != "" && !isHopByHop(option) {
				return true
			}
		}
	}
	return false
}

// isHopByHop reports whether a field is one of hopByHopFields. Most names have a length that none of those has.
func isHopByHop(name string) bool {
	return len(name) < 32 && hopByHopLengths&(1<<len(name)) != 0 && isOneOf(name, hopByHopFields)
}

var hopByHopLengths = func() (lengths uint32) {
	for _, name := range hopByHopFields {
		lengths |= 1 << len(name)
	}
	return lengths
}()

// hopByHopFields belong to one connection.
var hopByHopFields = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
	"Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
}

// keptFields stay although Connection names them. RFC 9110 section 7.6.1 forbids senders to name fields that are meant for all
// recipients; one who does wants the next to see another message than we do: without a length, without the restriction on
// storing it, without the identity it was judged by, without the trace of a loop or of whom it came from.
var keptFields = []string{
	"Connection", "Host",
	"Content-Length", "Content-Type", "Content-Encoding", "Content-Range",
	"Cache-Control", "Pragma", "Expires", "Age", "Date", "Vary", "ETag", "Last-Modified",
	"Authorization", "Cookie", "Set-Cookie",
	"Via", "CDN-Loop", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP",
}

func isOneOf(name string, names []string) bool {
	for _, n := range names {
		if EqualFold(name, n) {
			return true
		}
	}
	return false
}
