package rules

import (
	"strings"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// variable is something that expressions read: how it is called, where it exists, and how it is got. Exactly one of the functions is set: that
// of its kind, or named for one that is called with a name, or member for client.in.
type variable struct {
	name  string // from its root on: "req.tls.version"
	call  string // "(name)" for one that is called
	steps steps
	kind  kind
	about string

	truth  func(*Vars) bool
	text   func(*Vars) string
	whole  func(*Vars) int
	span   func(*Vars) time.Duration
	moment func(*Vars) time.Time
	list   func(*Vars) []string

	named  func(v *Vars, name string) string
	member bool
}

var (
	afterFetch   = at(Fetch, Response, Deliver, Error)
	withResponse = at(Response, Deliver, Error)
	withOutcome  = at(Deliver, Error)
)

var variables = []variable{
	{name: "req.method", steps: anywhere, kind: text, about: "the method, as `GET`",
		text: func(v *Vars) string { return v.Req.Method }},
	{name: "req.scheme", steps: anywhere, kind: text, about: "`http` or `https`, as the client reached the site",
		text: func(v *Vars) string { return v.Req.Scheme }},
	{name: "req.host", steps: anywhere, kind: text, about: "the host that is asked for, in small letters, without its port",
		text: func(v *Vars) string { host, _ := hostAndPort(v.Req); return host }},
	{name: "req.port", steps: anywhere, kind: text, about: "the port behind the host, empty for the one of the scheme",
		text: func(v *Vars) string { _, port := hostAndPort(v.Req); return port }},
	{name: "req.path", steps: anywhere, kind: text, about: "the path as it was received, percent-encoding untouched",
		text: func(v *Vars) string { return v.Req.Path }},
	{name: "req.query", steps: anywhere, kind: text, about: "what stands behind the `?`",
		text: func(v *Vars) string { return v.Req.Query }},
	{name: "req.uri", steps: anywhere, kind: text, about: "path and query together",
		text: func(v *Vars) string { return v.Req.URI() }},
	{name: "req.header", call: "(name)", steps: anywhere, kind: text, about: "a field of the request; several lines joined by `, `; empty if there is none",
		named: func(v *Vars, name string) string { return fieldValue(v.Req.Header, name) }},
	{name: "req.cookie", call: "(name)", steps: anywhere, kind: text, about: "a cookie of the request, empty if there is none",
		named: func(v *Vars, name string) string { return cookieValue(v.Req.Header, name) }},
	{name: "req.param", call: "(name)", steps: anywhere, kind: text, about: "a parameter of the query, decoded, empty if there is none",
		named: func(v *Vars, name string) string { return parameter(v.Req.Query, name) }},
	{name: "req.upgrade", steps: anywhere, kind: text, about: "the protocol that the client wants instead of HTTP, as `websocket`, else empty",
		text: upgrade},
	{name: "req.id", steps: anywhere, kind: text, about: "the number under which the request stands in logs",
		text: func(v *Vars) string { return v.ID }},
	{name: "req.restarts", steps: anywhere, kind: whole, about: "how often the request has begun again",
		whole: func(v *Vars) int { return v.Restarts }},
	{name: "req.tls.version", steps: anywhere, kind: text, about: "the version of TLS, empty without TLS",
		text: func(v *Vars) string { return v.tls().Version }},
	{name: "req.tls.cipher", steps: anywhere, kind: text, about: "the cipher suite, empty without TLS",
		text: func(v *Vars) string { return v.tls().Cipher }},
	{name: "req.tls.server_name", steps: anywhere, kind: text, about: "the name that the client asked for in its handshake (SNI)",
		text: func(v *Vars) string { return v.tls().ServerName }},
	{name: "req.tls.protocol", steps: anywhere, kind: text, about: "the protocol agreed on in the handshake (ALPN), as `h2`",
		text: func(v *Vars) string { return v.tls().Protocol }},

	{name: "client.ip", steps: anywhere, kind: text, about: "the address of who asks, behind trusted proxies",
		text: clientAddress},
	{name: "client.in", call: "(network, ...)", steps: anywhere, kind: truth, about: "whether that address lies in one of the networks, as `10.0.0.0/8` or `::1`",
		member: true},

	{name: "resp.status", steps: withResponse, kind: whole, about: "the status of the response: the origin's at `response`, else the client's",
		whole: func(v *Vars) int { return v.Resp.Status }},
	{name: "resp.header", call: "(name)", steps: withResponse, kind: text, about: "a field of the response; several lines joined by `, `; empty if there is none",
		named: func(v *Vars, name string) string { return fieldValue(v.Resp.Header, name) }},

	{name: "obj.age", steps: at(Deliver), kind: span, about: "how old the response is",
		span: func(v *Vars) time.Duration { return v.Obj.Age }},
	{name: "obj.ttl", steps: at(Deliver), kind: span, about: "how long it stays fresh, negative once it is stale",
		span: func(v *Vars) time.Duration { return v.Obj.TTL }},
	{name: "obj.hits", steps: at(Deliver), kind: whole, about: "how often it has been served from the store",
		whole: func(v *Vars) int { return int(v.Obj.Hits) }},
	{name: "obj.tags", steps: at(Deliver), kind: list, about: "its tags",
		list: func(v *Vars) []string { return v.Obj.Tags }},
	{name: "obj.stale", steps: at(Deliver), kind: truth, about: "whether it is served past its lifetime",
		truth: func(v *Vars) bool { return v.Obj.Stale }},

	{name: "cache.hit", steps: withOutcome, kind: truth, about: "served from the store",
		truth: func(v *Vars) bool { return v.Cache.Hit }},
	{name: "cache.miss", steps: withOutcome, kind: truth, about: "fetched from the origin",
		truth: func(v *Vars) bool { return v.Cache.Miss }},
	{name: "cache.pass", steps: withOutcome, kind: truth, about: "fetched without asking the store",
		truth: func(v *Vars) bool { return v.Cache.Pass }},
	{name: "cache.stale", steps: withOutcome, kind: truth, about: "served from the store past its lifetime",
		truth: func(v *Vars) bool { return v.Cache.Stale }},
	{name: "cache.reason", steps: withOutcome, kind: text, about: "why, in the words of `Cache-Status`",
		text: func(v *Vars) string { return v.Cache.Reason.String() }},

	{name: "backend.name", steps: afterFetch, kind: text, about: "the backend that is or was asked",
		text: func(v *Vars) string { return v.Backend.Name }},
	{name: "backend.healthy", steps: afterFetch, kind: truth, about: "whether its probes go well",
		truth: func(v *Vars) bool { return v.Backend.Healthy }},
	{name: "backend.fetch_time", steps: withResponse, kind: span, about: "how long it took to answer",
		span: func(v *Vars) time.Duration { return v.Backend.FetchTime }},

	{name: "now", steps: anywhere, kind: moment, about: "the time",
		moment: func(v *Vars) time.Time { return v.Now }},
}

// variablesByName has every variable under its full name.
var variablesByName = func() map[string]*variable {
	byName := make(map[string]*variable, len(variables))
	for i := range variables {
		byName[variables[i].name] = &variables[i]
	}
	return byName
}()

// namesBelow returns the variables that a step has beneath a root such as "req", all of them for "".
func namesBelow(root string, step Step) []string {
	var names []string
	for i := range variables {
		if v := &variables[i]; v.steps.has(step) && (root == "" || strings.HasPrefix(v.name, root+".")) {
			names = append(names, v.name)
		}
	}
	return names
}

// isRoot reports whether variables stand beneath a name.
func isRoot(name string) bool {
	for i := range variables {
		if strings.HasPrefix(variables[i].name, name+".") {
			return true
		}
	}
	return false
}

var noTLS TLS

func (v *Vars) tls() *TLS {
	if v.TLS == nil {
		return &noTLS
	}
	return v.TLS
}

// fieldValue is Header.Joined without an iterator: conditions call it more often than anything else.
func fieldValue(h message.Header, name string) string {
	for i := range h {
		if len(h[i].Name) == len(name) && message.EqualFold(h[i].Name, name) {
			for j := i + 1; j < len(h); j++ {
				if len(h[j].Name) == len(name) && message.EqualFold(h[j].Name, name) {
					return h.Joined(name)
				}
			}
			return h[i].Value
		}
	}
	return ""
}

// hostAndPort splits the authority in its canonical form, so that no spelling of a host gets past a rule.
func hostAndPort(r *message.Request) (host, port string) {
	authority := policy.CanonicalAuthority(r.Scheme, r.Authority)
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		return authority[:i], authority[i+1:]
	}
	return authority, ""
}

func clientAddress(v *Vars) string {
	if !v.Client.Addr.IsValid() {
		return ""
	}
	return v.Client.Addr.String()
}

// upgrade returns the protocol that the client asks for on its connection (RFC 9110 section 7.8). HTTP/1.0 and HTTP/2 cannot ask so, and
// the offer of HTTP/2 in clear text is obsolete (RFC 9113 section 3.1).
func upgrade(v *Vars) string {
	r := v.Req
	if r.Major != 1 || r.Minor == 0 || !message.HasToken(r.Header, "Connection", "upgrade") {
		return ""
	}
	if protocol := fieldValue(r.Header, "Upgrade"); !message.EqualFold(protocol, "h2c") {
		return protocol
	}
	return ""
}
