package proxy

import (
	"net/netip"
	"slices"
	"strings"

	"lacquer/message"
	"lacquer/policy"
)

// overrides are fields by which a client could make the origin serve something else than the URL that it is stored under. They are taken
// off, whoever sends them.
var overrides = [...]string{
	"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Proxy",
}

// hearsay are fields that tell where a request came from, besides all that begin with X-Forwarded. None is passed on as a client sent it.
var hearsay = [...]string{
	"Forwarded", "Forwarded-For", "X-Original-Forwarded-For", "X-Real-IP", "X-Real-Host", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "X-Remote-Addr",
	"X-Remote-IP", "X-Originating-IP", "X-ProxyUser-Ip", "True-Client-IP", "CF-Connecting-IP", "CF-Visitor", "Fastly-Client-IP", "Fly-Client-IP",
	"X-Azure-ClientIP", "X-Envoy-External-Address", "X-Original-Host", "X-Original-Uri", "X-Host", "X-Scheme", "X-Url-Scheme", "Front-End-Https", "X-ARR-SSL",
	"SSL-Client-Verify", "SSL-Client-Cert", "X-SSL-Client-Verify", "X-Client-Cert", "Client-Cert", "Client-Cert-Chain",
}

// isHearsay reports whether a field tells where a request came from.
func isHearsay(name string) bool {
	const prefix = "X-Forwarded"
	if len(name) >= len(prefix) && message.EqualFold(name[:len(prefix)], prefix) {
		return true
	}
	return slices.ContainsFunc(hearsayOf[min(len(name), len(hearsayOf)-1)], func(h string) bool { return message.EqualFold(h, name) })
}

// hearsayOf is hearsay by the length of the names. No name has the length of the last.
var hearsayOf = func() (by [32][]string) {
	for _, name := range hearsay {
		by[len(name)] = append(by[len(name)], name)
	}
	return by
}()

// ownCookie is that of the administration. Browsers send it to every port of its host, so to the site, too, where it is nobody's business.
const ownCookie = "lacquer_session"

func dropOwnCookie(h *message.Header) {
	for line := range h.Values("Cookie") {
		if strings.Contains(line, ownCookie) {
			message.FilterCookies(h, func(name string) bool { return name != ownCookie })
			return
		}
	}
}

// normalise makes requests that mean the same look the same, before they are looked up: fields go that the origin will not see, as what it does not
// see must not choose a variant, and codings and languages are named in one order.
func normalise(h *message.Header) {
	message.RemoveHopByHop(h)
	h.Del("Max-Forwards") // means nothing here (RFC 9110 section 7.6.2), but some proxies behind us answer a GET that has none left with 502
	policy.NormaliseAcceptEncoding(h)
	policy.NormaliseAcceptLanguage(h)
}

// introduced is about how many fields are added on the way to the origin.
const introduced = 8

// outgoing returns the request as the origin is to see it. It is made of a clone of the client's, and shares its text.
func (t *transaction) outgoing(clone *message.Request) *message.Request {
	out := new(message.Request)
	*out = *clone
	out.Header = append(make(message.Header, 0, len(clone.Header)+introduced), clone.Header...)
	out.Authority = policy.CanonicalAuthority(out.Scheme, out.Authority) // as it stands in the key
	upgrade := t.upgrade()
	h := &out.Header
	trailers := message.HasToken(*h, "TE", "trailers")
	message.RemoveHopByHop(h)
	h.Del("Content-Length")
	h.Del("Expect")
	h.Del("HTTP2-Settings") // belongs to h2c, which is not offered
	h.DelAny(overrides[:]...)
	if upgrade != "" {
		h.Set("Connection", "Upgrade")
		h.Set("Upgrade", upgrade)
	}
	if trailers { // the one member of TE that may be passed on, as trailers are (RFC 9110 section 10.1.4)
		h.Set("TE", "trailers")
		appendTo(h, "Connection", "TE")
	}
	t.introduce(h, out.Authority)
	return out
}

// signRequest writes ourselves down, after the rules have spoken: without it nobody would know of a loop.
func (s *Server) signRequest(h *message.Header) {
	appendTo(h, "Via", via)
	appendTo(h, "CDN-Loop", Name+";id="+s.id)
}

// upgrade returns the protocols that the client asks for, if the request is one to be piped. HTTP/2 in clear text is not among them: through such a
// tunnel requests would go by everything that is decided here.
func (t *transaction) upgrade() string {
	if t.why != policy.PassUpgrade {
		return ""
	}
	var asked []string
	for protocol := range strings.SplitSeq(t.request.Header.Joined("Upgrade"), ",") {
		if protocol = strings.TrimSpace(protocol); protocol != "" && !message.EqualFold(protocol, "h2c") {
			asked = append(asked, protocol)
		}
	}
	return strings.Join(asked, ", ")
}

// introduce tells the origin who asks, in the fields that applications know and in the one of RFC 7239. Of what a trusted proxy says, the chain so
// far is passed on and nothing else: many proxies let the other fields through as any client sends them, and they are not in the key. Nor is a host of which
// rules made another, so it is that other one which is told.
func (t *transaction) introduce(h *message.Header, host string) {
	c := t.request.Client
	from := c.Addr
	chain := ""
	if c.Trusted {
		from, chain = c.Peer, h.Joined("X-Forwarded-For")
	}
	h.DelFunc(func(f message.Field) bool { return isHearsay(f.Name) })
	if chain != "" {
		h.Add("X-Forwarded-For", chain)
	}
	if from.IsValid() {
		appendTo(h, "X-Forwarded-For", from.String())
	}
	h.Set("X-Forwarded-Host", host)
	h.Set("X-Forwarded-Proto", t.request.Scheme)
	h.Set("Forwarded", "for="+node(c.Addr)+";host="+quoted(host)+";proto="+t.request.Scheme)
	if t.request.ID != "" {
		h.Set("X-Request-Id", t.request.ID)
	}
}

// node writes an address as Forwarded has it.
func node(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "unknown"
	case a.Is6():
		return `"[` + a.String() + `]"`
	}
	return a.String()
}

// quoted writes a host as a value of Forwarded: quoted where it is no token.
func quoted(host string) string {
	if strings.ContainsAny(host, `:[]`) {
		return `"` + host + `"`
	}
	return host
}

// written are the fields of a request that we write ourselves. A response that varies by one is for the client that it was made for: the key has
// what the client sent, and the origin saw something else. Scheme and host are in the key.
var written = [...]string{"X-Forwarded-For", "Forwarded", "Via", "CDN-Loop", "X-Request-Id"}

// variesByOurs reports whether a response was chosen by fields that we write.
func variesByOurs(v message.Vary) bool {
	for _, name := range written {
		if v.Has(strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// appendTo adds an element at the end of a list field, in one line.
func appendTo(h *message.Header, name, element string) {
	if had := h.Joined(name); had != "" {
		element = had + ", " + element
	}
	h.Set(name, element)
}
