package edge

import (
	"net/http"
	"time"

	"lacquer/message"
)

const (
	// maxStreams is how many requests of a connection are served at once: more than a browser asks for, and what a flood of them may cost.
	maxStreams = 250
	// pingAfter is how long a connection may be silent before it is asked whether it is still there, and pingTime how long the answer may take.
	pingAfter = 30 * time.Second
	pingTime  = 15 * time.Second
)

// http2 returns the limits as net/http wants them for HTTP/2. Its own hold for the rest: a megabyte of bodies in flight for a connection,
// and an end to it when its streams are reset faster than they are served.
func (l Limits) http2() *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams: maxStreams,
		SendPingTimeout:      pingAfter,
		PingTimeout:          pingTime,
		WriteByteTimeout:     l.WriteTime,
	}
}

// connectionFields belong to a connection of HTTP/1. In HTTP/2 they make a message malformed (RFC 9113 section 8.2.2).
var connectionFields = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"}

// overHTTP2 reports whether a request came as a stream of HTTP/2. A request line of HTTP/1 that claims version 2 did not.
func overHTTP2(r *http.Request) bool {
	return r.ProtoMajor == 2 && r.TLS != nil && r.TLS.NegotiatedProtocol == "h2"
}

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
	if _, ok := r.Header["Expect"]; ok { // 100-continue has been taken out; net/http answers so in HTTP/1
		return http.StatusExpectationFailed, "an expectation other than 100-continue"
	}
	return 0, ""
}
