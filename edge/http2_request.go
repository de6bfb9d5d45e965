package edge

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"lacquer/message"
	"lacquer/proxy"
)

// serveStream leads one transaction over HTTP/2: it judges the head, has it served, and sees to what is left when that returns.
func (s *Server) serveStream(rw http.ResponseWriter, r *http.Request) {
	entry := Entry{Time: time.Now()}
	defer func() { s.access(&entry, time.Now()) }()

	w := &stream{server: s, request: r, rw: rw, control: http.NewResponseController(rw)}
	w.extend()
	head, verdict := parse(r, s.limits.Header)
	from := peer{address: addressOf(r.RemoteAddr), scheme: "https", tls: factsOf(r.TLS)}
	from.trusted = s.trusts(from.address)
	if verdict.Outcome != message.Serve {
		entry.Method, entry.Scheme, entry.Host, entry.URI, entry.Proto = r.Method, from.scheme, r.Host, r.RequestURI, r.Proto
		entry.Client, entry.Peer, entry.Status = from.address, from.address, verdict.Status
		entry.Bytes = refuse(w, verdict.Status, verdict.Why)
		return
	}
	request := &proxy.Request{Request: head, Client: s.client(from, head.Header), TLS: from.tls}
	if request.Client.Trusted {
		head.Scheme = forwardedScheme(head.Header, head.Scheme)
	}
	if request.ID = takenID(request); request.ID == "" {
		id := newID()
		request.ID = string(id[:])
	}
	if verdict.Framing != message.NoBody {
		w.control.SetReadDeadline(time.Time{}) // the handler may take its time before it reads: each read has its own
		body := &streamBody{source: r.Body, control: w.control, limit: s.limits.Body, pace: s.limits.BodyTime}
		request.Body, request.Trailer = body, func() message.Header { return message.TrailersOf(r.Trailer) }
		defer body.leave()
	}
	s.lead(r.Context(), request, w, &entry)
	if w.done.aborted {
		entry.Cut = true
		panic(http.ErrAbortHandler) // net/http resets the stream
	}
}

// connectionFields belong to a connection of HTTP/1. In HTTP/2 they make a message malformed (RFC 9113 section 8.2.2).
var connectionFields = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"}

// unfit returns the status to refuse a request over HTTP/2 with, and why, for what the strict parser cannot see in what is printed of
// it; 0 if there is nothing. net/http has seen to pseudo-header fields, names in lower case, and a body of the declared length; of
// :authority and Host it takes the first, and keeps the other.
func unfit(r *http.Request) (status int, why string) {
	hosts := r.Header["Host"]
	if len(hosts) > 1 {
		return http.StatusBadRequest, "several Host"
	}
	// RFC 9113 section 8.3.1. Whoever behind us reads Host alone must not see another site than we do.
	if len(hosts) == 1 && !message.EqualFold(hosts[0], r.Host) {
		return http.StatusBadRequest, "Host differs from :authority"
	}
	for _, name := range connectionFields {
		if _, ok := r.Header[name]; ok {
			return http.StatusBadRequest, "a field of a connection of HTTP/1"
		}
	}
	if _, ok := r.Header["Expect"]; ok { // 100-continue has been taken out
		return http.StatusExpectationFailed, "an expectation other than 100-continue"
	}
	return 0, ""
}

// parse makes the head of a request from what net/http has read. It prints that as it would stand in HTTP/1 and lets the strict parser judge it, so
// that one parser decides about every head. A head that is not to be served has a verdict with the status to refuse it with.
func parse(r *http.Request, limit int) (*message.Request, message.Verdict) {
	if status, why := unfit(r); status != 0 {
		return nil, message.Verdict{Outcome: message.Refuse, Status: status, Why: why}
	}
	head := &message.Request{Scheme: "https", Header: make(message.Header, 0, len(r.Header)+2)}
	verdict := head.Parse(printed(r), message.Limits{Bytes: limit})
	switch verdict.Outcome {
	case message.Serve, message.Refuse:
	default:
		panic("BUG: a head that was printed whole was not read whole")
	}
	head.Major, head.Minor = 2, 0
	head.Header.Del("Transfer-Encoding") // HTTP/2 has none: printed put it there
	return head, verdict
}

// printed returns the head of a request as it would stand on the wire of HTTP/1. The target is :path, as received. Fields come in the order of
// their names, since net/http does not keep the one in which they came; the lines of one name stay in order.
func printed(r *http.Request) []byte {
	text := make([]byte, 0, 1024)
	text = append(text, r.Method...)
	text = append(text, ' ')
	text = append(text, r.RequestURI...)
	text = append(text, " HTTP/1.1\r\n"...)
	if r.Host != "" {
		text = appendLine(text, "Host", r.Host)
	}
	if r.ContentLength < 0 { // a body without a declared length
		text = appendLine(text, "Transfer-Encoding", "chunked")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if aliases(name) || name == "Host" { // which was compared: see unfit
			continue
		}
		for _, value := range r.Header[name] {
			text = appendLine(text, name, value)
		}
	}
	return append(text, "\r\n"...)
}

func appendLine(text []byte, name, value string) []byte {
	text = append(text, name...)
	text = append(text, ": "...)
	text = append(text, value...)
	return append(text, "\r\n"...)
}
