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

// hearsay are fields that tell where a request came from. Only a trusted proxy's are passed on.
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
	drop(h, overrides[:])
	if upgrade != "" {
		h.Set("Connection", "Upgrade")
		h.Set("Upgrade", upgrade)
	}
	t.introduce(h, out.Authority)
	appendTo(h, "Via", via)
	appendTo(h, "CDN-Loop", Name)
	return out
}

// upgrade returns the protocol that the client asks for, if the request is one to be piped.
func (t *transaction) upgrade() string {
	if t.why != policy.PassUpgrade {
		return ""
	}
	return strings.Clone(t.request.Header.Joined("Upgrade"))
}

// introduce tells the origin who asks, in the fields that applications know and in the one of RFC 7239.
func (t *transaction) introduce(h *message.Header, host string) {
	c := t.request.Client
	from := c.Addr
	if c.Trusted {
		from = c.Peer // the chain so far stands in the fields
	} else {
		drop(h, hearsay[:])
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
	if !h.Has("X-Forwarded-Host") {
		h.Set("X-Forwarded-Host", host)
	}
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

func drop(h *message.Header, names []string) {
	h.DelFunc(func(f message.Field) bool {
		for _, name := range names {
			if message.EqualFold(f.Name, name) {
				return true
			}
		}
		return false
	})
}

// appendTo adds an element at the end of a list field, in one line.
func appendTo(h *message.Header, name, element string) {
	if had := h.Joined(name); had != "" {
		element = had + ", " + element
	}
	h.Set(name, element)
}
