package proxy

import (
	"io"
	"strings"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/storage"
)

// maxRetries is how often rules may have the origin asked again.
const maxRetries = 3

// job is a fetch as one request would have it made. It shares no memory with the request, which may end first.
type job struct {
	site       *Site
	backend    string           // name of the one that is asked
	request    *message.Request // as it was looked up
	outgoing   *message.Request // as the origin is asked
	body       io.Reader
	trailer    func() message.Header // of body
	content    []byte                // of a QUERY, in the place of body
	interim    func(int, message.Header)
	asked      string        // primary key of the URL that came, if it is stored under another
	search     policy.Search // which parts of the query are not in the key
	identity   bool
	shared     bool
	prepared   bool // the rules of the step fetch have spoken
	validating bool // outgoing asks whether what is stored still holds
	partial    bool // outgoing asks for a part
	completing bool // which is what is missing of what is stored

	explains *Explanation
	vars     rules.Vars
	effects  rules.Effects     // of the response rules
	came     *message.Response // the head as it was before they spoke, if they have changed it
	retries  int
}

// newJob makes a job that asks what the client asked.
func (t *transaction) newJob() *job {
	clone := t.request.Request.Clone()
	j := &job{
		site:     t.site,
		backend:  t.backend,
		request:  clone,
		outgoing: t.outgoing(clone),
		content:  t.content,
		asked:    t.asked,
		search:   t.search,
		identity: t.identity,
		vars:     t.vars,
		explains: t.explains,
	}
	j.vars.Req, j.vars.Resp, j.vars.Restarts = j.outgoing, nil, t.restarts
	j.vars.ID = strings.Clone(t.vars.ID)
	if t.vars.TLS != nil {
		j.vars.TLS = new(rules.TLS)
		*j.vars.TLS = rules.TLS{
			Version: t.tls.Version, Cipher: t.tls.Cipher, ServerName: strings.Clone(t.tls.ServerName), Protocol: t.tls.Protocol,
		}
	}
	return j
}

// job makes the fetch for all who wait: of the whole, or of the part that the flight is for, whatever condition this client has.
func (t *transaction) job(f *storage.Flight) *job {
	j := t.newJob()
	j.shared, j.interim = true, interimForAll(f)
	if j.outgoing.Method == "HEAD" {
		j.outgoing.Method = "GET"
	}
	policy.DropConditions(&j.outgoing.Header)
	j.outgoing.Header.DelAny("Cache-Control", "Pragma") // what this client wants of caches is not for all
	j.request.Header.DelAny("Cache-Control", "Pragma")
	switch stored := f.Stored; {
	case stored == nil || !stored.Matches(t.request.Header):
		if f.Part != "" {
			j.outgoing.Header.Set("Range", f.Part)
			j.partial = true
		}
	case stored.Partial():
		t.complete(j, f)
	default:
		j.validate(stored)
	}
	return j
}

// validate asks whether what is stored still holds.
func (j *job) validate(stored *storage.Object) {
	before := len(j.outgoing.Header)
	policy.Conditions(&j.outgoing.Header, stored.Origin)
	j.validating = len(j.outgoing.Header) > before
}

// complete asks for what is missing of a part that is stored, and for all if that has changed (RFC 9111 section 3.4).
func (t *transaction) complete(j *job, f *storage.Flight) {
	size := f.Stored.Head.Length
	wanted := message.ByteRange{First: 0, Last: size - 1}
	if f.Part != "" {
		wanted, _ = policy.WantedBytes(t.request.Request, f.Stored.Head, size)
	}
	missing, lacks := f.Stored.Missing(wanted)
	if !lacks { // it is all there, but stale
		j.validate(f.Stored)
		return
	}
	policy.AskPart(&j.outgoing.Header, f.Stored.Origin, missing, size)
	j.partial, j.completing = true, true
}

// jobBehind makes the refresh of an object that was served stale. It is the object's, not this visitor's: identity is taken off unless the
// object is the same for all, or was chosen by it.
func (t *transaction) jobBehind(f *storage.Flight, o *storage.Object) *job {
	j := t.job(f)
	if j.completing { // nobody has asked for more than is there
		j.dropConditions()
		j.validate(f.Stored)
	}
	if t.identity && !o.Shareable && !o.Vary.Has("cookie") && !o.Vary.Has("authorization") {
		j.anonymise()
	}
	return j
}

// anonymise takes the client's identity off.
func (j *job) anonymise() {
	j.identity = false
	for _, h := range []*message.Header{&j.outgoing.Header, &j.request.Header} {
		h.Del("Authorization")
		h.Del("Cookie")
	}
}

// dropConditions asks for the whole after all.
func (j *job) dropConditions() {
	j.validating, j.partial, j.completing = false, false, false
	policy.DropConditions(&j.outgoing.Header)
}

// jobAlone makes the fetch for this client alone, its conditions and ranges included.
func (t *transaction) jobAlone() *job {
	j := t.newJob()
	j.interim = t.interim
	if t.content == nil {
		j.body, j.trailer = t.request.Body, t.request.Trailer
	}
	return j
}

// mayRetry reports whether the origin may be asked again: the request changes nothing there, and has no body that was read already.
func (j *job) mayRetry() bool {
	return policy.Safe(j.outgoing.Method) && j.body == nil && j.retries < maxRetries
}
