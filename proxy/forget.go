package proxy

import (
	"fmt"
	"slices"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/purge"
)

// behindProxy names fields, besides those of hearsay, by which a request shows that another proxy brought it. Who is allowed only because that is the
// default for this machine is then not who asks, but that proxy.
var behindProxy = [...]string{"Via", "CDN-Loop", "CF-Ray", "CF-IPCountry", "CF-Worker", "X-Varnish", "X-Amzn-Trace-Id", "X-Amz-Cf-Id", "X-Cache"}

// brought reports whether a request shows that another proxy brought it.
func brought(h message.Header) bool {
	return slices.ContainsFunc(h, func(f message.Field) bool {
		return isHearsay(f.Name) || slices.ContainsFunc(behindProxy[:], func(name string) bool { return message.EqualFold(f.Name, name) })
	})
}

// mayPurge reports whether a request may purge. A trusted proxy's word on who asks has been taken already; one that gave none vouches for nobody.
func (s *Site) mayPurge(r *Request) bool {
	if !r.Client.Addr.IsValid() {
		return false // a Unix socket says nothing of who is behind it
	}
	vouched := r.Client.Trusted && r.Client.Addr != r.Client.Peer
	if !s.PurgeExplicit && !vouched && brought(r.Header) {
		return false
	}
	for _, p := range s.PurgeAllow {
		if p.Contains(r.Client.Addr.Unmap()) {
			return true
		}
	}
	return false
}

// isPurge reports whether a method purges by URL. Applications write it in either case.
func isPurge(method string) bool { return message.EqualFold(method, "PURGE") }

// dialectMethod reports whether a method means a purge in a dialect that is not spoken here. An origin that takes any method for GET
// would answer it with 200, and nothing would have been purged.
func dialectMethod(method string) bool {
	switch method {
	case "BAN", "URIBAN", "PURGEKEYS", "PURGETAGS", "REFRESH", "SOFTPURGE", "FASTLYPURGE":
		return true
	}
	return false
}

// dialectFields are those by which applications say that a PURGE means more than its URL.
var dialectFields = [...]string{
	"X-Magento-Tags-Pattern", "X-Pool", "Surrogate-Key", "xkey", "xkey-purge", "xkey-softpurge", "X-Key", "Cache-Tag", "Cache-Tags", "X-Cache-Tags",
	"Purge-Cache-Tags", "X-Acquia-Purge-Tags", "X-Tags", "X-Ban-Regex", "X-Ban-Tags", "X-Ban-All", "X-Ban-Url", "X-Ban-Host", "ApiPlatform-Ban-Regex",
	"X-Url", "X-Host", "Clear-Cache", "Edge-Cache-Tag", "CDN-Tag", "X-TYPO3-Sitename", "Cache-Groups",
}

// inDialect reports whether a PURGE means more than its URL.
func inDialect(h message.Header) bool {
	for _, name := range dialectFields {
		if h.Has(name) {
			return true
		}
	}
	return message.EqualFold(h.Get("X-Purge-Method"), "regex")
}

// forget purges a URL for who may: every variant, every scheme, at once.
func forget(t *transaction) step {
	if !t.site.mayPurge(t.request) {
		return t.forbid()
	}
	h := t.request.Header
	if inDialect(h) {
		return forgetInDialect
	}
	t.record.Result = ResultPurge
	soft := h.Get("Fastly-Soft-Purge") == "1" || message.EqualFold(h.Get("X-Purge-Method"), "soft")
	r, _ := t.server.purgeURL(t.site, t.request, &t.vars, soft)
	t.server.log.Info("purged", "request_id", t.request.ID, "client", t.request.Client.Addr, "host", t.request.Authority, "uri", t.request.URI(),
		"soft", soft, "objects", r.Objects, "bytes", r.Bytes)
	how := "purged"
	if soft {
		how = "softly purged"
	}
	return t.say(200, fmt.Sprintf("%s: %d objects\n", how, r.Objects))
}

// PurgeURL forgets what is stored for a request's URL, as PURGE does: every variant, every scheme, and whatever rules make of the URL.
func (s *Server) PurgeURL(r *Request, soft bool) purge.Result {
	result, _ := s.purgeURL(s.Site(), r, &rules.Vars{Now: s.now()}, soft)
	return result
}

// purgeURL purges by the URL that rules make of what was asked for, where most of it lies, and by the URL as it stands, for variants of which rules made yet
// another. It returns how many entries of the log that took.
func (s *Server) purgeURL(site *Site, r *Request, v *rules.Vars, soft bool) (result purge.Result, entries uint64) {
	asked := policy.KeyOf(r.Request).Primary
	primary := site.primary(r, v)
	result, entries = s.purger.URL(primary, soft), 1
	// After the purge: what is learned of the query between the two is learned after it.
	if canonical, _, _ := s.canonical(primary); canonical != primary {
		more := s.purger.URL(canonical, soft)
		result.Objects += more.Objects
		result.Bytes += more.Bytes
		entries++
	}
	s.purger.Asked(asked, soft)
	return result, entries + 1
}

// primary returns the primary key under which a request is stored. The rules speak on its URL and host, as for a GET; whatever else they wish,
// to pass it or to answer it, does not apply to a purge.
func (s *Site) primary(r *Request, v *rules.Vars) string {
	as := *r.Request
	as.Method = "GET"
	as.Header = append(message.Header(nil), r.Header...)
	vars := *v
	vars.Req, vars.Hooks = &as, nil
	s.run(rules.Request, &vars, &rules.Effects{OnlyTarget: true})
	return policy.KeyOf(&as).Primary
}

// forgetInDialect refuses what would otherwise look done and not be.
func forgetInDialect(t *transaction) step {
	if !t.site.mayPurge(t.request) {
		return t.forbid()
	}
	return t.refuse(501, policy.Refused, "this version purges by URL only; nothing was purged")
}

// forbid answers a purge by who may not.
func (t *transaction) forbid() step {
	t.server.log.Warn("purge refused", "request_id", t.request.ID, "client", t.request.Client.Addr, "peer", t.request.Client.Peer)
	return t.refuse(403, policy.Refused, "purge is not allowed from this address; see purge.allow")
}
