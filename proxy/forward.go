package proxy

import (
	"strings"

	"lacquer/message"
	"lacquer/policy"
)

// overrides are fields by which a client could make the origin serve something else than the URL that it is stored under. They are taken
// off, whoever sends them.
var overrides = [...]string{
	"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Proxy",
}

// hearsay are fields that tell where a request came from. None is passed on as a client sent it.
var hearsay = [...]string{
	"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl",
	"X-Forwarded-Prefix", "X-Forwarded-By", "X-Forwarded", "Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP",
	"True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "X-Original-Host", "X-Host", "X-Url-Scheme", "Front-End-Https", "X-ProxyUser-Ip",
}

// normalise makes requests that mean the same look the same, before they are looked up: cookies that no origin reads go, and codings are
// named in one order.
func normalise(h *message.Header) {
	policy.DropAnalyticsCookies(h)
	policy.NormaliseAcceptEncoding(h)
}

// outgoing returns the request as the origin is to see it, sharing no memory with the client's.
func (t *transaction) outgoing() *message.Request {
	out := t.request.Request.Clone()
	out.Authority = policy.CanonicalAuthority(out.Scheme, out.Authority) // as it stands in the key
	upgrade := t.upgrade()
	h := &out.Header
	message.RemoveHopByHop(h)
	h.Del("Content-Length")
	h.Del("Expect")
	h.Del("HTTP2-Settings") // belongs to h2c, which is not offered
	h.DelAny(overrides[:]...)
	if upgrade != "" {
		h.Set("Connection", "Upgrade")
		h.Set("Upgrade", upgrade)
	}
	t.introduce(h, out.Authority)
	appendTo(h, "Via", via)
	appendTo(h, "CDN-Loop", Name)
	return out
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
// far is passed on and nothing else: many proxies let the other fields through as any client sends them, and they are not in the key.
func (t *transaction) introduce(h *message.Header, host string) {
	c := t.request.Client
	from := c.Addr
	chain, forwarded := "", ""
	if c.Trusted {
		from, chain, forwarded = c.Peer, h.Joined("X-Forwarded-For"), h.Joined("Forwarded")
	}
	h.DelAny(hearsay[:]...)
	if chain != "" {
		h.Add("X-Forwarded-For", chain)
	}
	if forwarded != "" {
		h.Add("Forwarded", forwarded)
	}
	address, node := "unknown", "unknown"
	if from.IsValid() {
		address = from.String()
		node = address
		if from.Is6() {
			node = `"[` + address + `]"`
		}
	}
	if from.IsValid() {
		appendTo(h, "X-Forwarded-For", address)
	}
	h.Set("X-Forwarded-Host", host)
	h.Set("X-Forwarded-Proto", t.request.Scheme)
	appendTo(h, "Forwarded", "for="+node+";host="+quoted(host)+";proto="+t.request.Scheme)
	if t.request.ID != "" {
		h.Set("X-Request-Id", t.request.ID)
	}
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
