package proxy

import (
	"io"

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
	interim    func(int, message.Header)
	asked      string // primary key of the URL that came, if rules have made another of it
	identity   bool
	shared     bool
	prepared   bool // the rules of the step fetch have spoken
	validating bool // outgoing asks whether what is stored still holds

	explains *Explanation
	vars     rules.Vars
	effects  rules.Effects // of the response rules
	retries  int
}

// newJob makes a job that asks what the client asked.
func (t *transaction) newJob() *job {
	j := &job{
		site:     t.site,
		backend:  t.backend,
		request:  t.request.Request.Clone(),
		outgoing: t.outgoing(),
		asked:    t.asked,
		identity: t.identity,
		vars:     t.vars,
		explains: t.explains,
	}
	j.vars.Req, j.vars.Resp, j.vars.Restarts = j.outgoing, nil, t.restarts
	return j
}

// job makes the fetch for all who wait: the whole of it, whatever part or condition this client asked for.
func (t *transaction) job(f *storage.Flight) *job {
	j := t.newJob()
	j.shared = true
	j.outgoing.Method = "GET"
	policy.DropConditions(&j.outgoing.Header)
	j.outgoing.Header.DelAny("Cache-Control", "Pragma") // what this client wants of caches is not for all
	j.request.Header.DelAny("Cache-Control", "Pragma")
	if f.Stored != nil && f.Stored.Matches(t.request.Header) {
		before := len(j.outgoing.Header)
		policy.Conditions(&j.outgoing.Header, f.Stored.Head)
		j.validating = len(j.outgoing.Header) > before
	}
	return j
}

// jobBehind makes the refresh of an object that was served stale. It is the object's, not this visitor's: identity is taken off unless the
// object is the same for all, or was chosen by it.
func (t *transaction) jobBehind(f *storage.Flight, o *storage.Object) *job {
	j := t.job(f)
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
	j.validating = false
	policy.DropConditions(&j.outgoing.Header)
}

// jobAlone makes the fetch for this client alone, its conditions and ranges included.
func (t *transaction) jobAlone() *job {
	j := t.newJob()
	j.body, j.interim = t.request.Body, t.interim
	return j
}

// interim relays a 1xx to the client. A client that cannot be written to is noticed at the final head.
func (t *transaction) interim(status int, h message.Header) {
	_ = t.writer.Interim(status, h)
}

// mayRetry reports whether the origin may be asked again: the request changes nothing there, and has no body that was read already.
func (j *job) mayRetry() bool {
	safe := j.outgoing.Method == "GET" || j.outgoing.Method == "HEAD"
	return safe && j.body == nil && j.retries < maxRetries
}
