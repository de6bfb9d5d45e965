package proxy

import (
	"io"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// job is a fetch as one request would have it made. It shares no memory with the request, which may end first.
type job struct {
	request    *message.Request // as it was looked up
	outgoing   *message.Request // as the origin is asked
	body       io.Reader
	interim    func(int, message.Header)
	identity   bool
	shared     bool
	validating bool // outgoing asks whether what is stored still holds
}

// job makes the fetch for all who wait: the whole of it, whatever part or condition this client asked for.
func (t *transaction) job(f *storage.Flight) *job {
	j := &job{request: t.request.Request.Clone(), identity: t.identity, shared: true}
	j.outgoing = t.outgoing()
	j.outgoing.Method = "GET"
	policy.DropConditions(&j.outgoing.Header)
	j.outgoing.Header.Del("Cache-Control") // what this client wants of caches is not for all
	j.outgoing.Header.Del("Pragma")
	if f.Stored != nil {
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
	return &job{
		request:  t.request.Request.Clone(),
		outgoing: t.outgoing(),
		body:     t.request.Body,
		interim:  t.interim,
		identity: t.identity,
	}
}

// interim relays a 1xx to the client. A client that cannot be written to is noticed at the final head.
func (t *transaction) interim(status int, h message.Header) {
	_ = t.writer.Interim(status, h)
}
