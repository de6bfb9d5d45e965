package proxy

import (
	"strings"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// invalidate forgets what an unsafe request that went well has made untrue: what is stored under its URL, and under those that the answer names as
// changed (RFC 9111 section 4.4). It returns how many purges that were.
func (t *transaction) invalidate(answer *message.Response) (purges uint64) {
	stale := policy.Invalidates(t.request.Request, answer)
	if len(stale) == 0 {
		return 0
	}
	if t.asked != "" {
		t.server.purger.Asked(t.asked, false)
		purges++
	}
	for _, primary := range stale {
		v := &rules.Vars{Now: t.now, ID: t.request.ID, Client: t.vars.Client, TLS: t.vars.TLS}
		_, n := t.server.purgeURL(t.site, t.page(primary), v, false)
		purges += n
	}
	return purges
}

// page makes the request for a page, of which the primary key is known, as rules would see it: they may have stored it under another.
func (t *transaction) page(primary string) *Request {
	slash := strings.IndexByte(primary, '/')
	path, query, hasQuery := strings.Cut(primary[slash:], "?")
	return &Request{
		Request: &message.Request{Method: "GET", Scheme: t.request.Scheme, Authority: primary[:slash], Path: path, Query: query, HasQuery: hasQuery, Major: 1, Minor: 1},
		Client:  t.request.Client,
		TLS:     t.request.TLS,
	}
}
