package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// errNoBackend is why a request cannot be fetched that no rule sends anywhere.
var errNoBackend = errors.New("no rule names a backend for this request, and none is called default")

// consult asks the origin, lets the rules of the steps fetch and response speak, and asks again as they wish.
func (s *Server) consult(ctx context.Context, j *job) (*origin.Response, error) {
	s.prepare(j)
	for {
		began := s.now()
		answer, err := s.ask(ctx, j)
		if err != nil {
			return nil, err
		}
		if j.validating && answer.Head.Status == 304 || answer.Conn != nil {
			return answer, nil // no answer of its own yet: the rules see what it makes of what is stored
		}
		j.hear(answer.Head, s.now(), s.now().Sub(began))
		retry := j.effects.Retry
		if retry == nil || !j.mayRetry() {
			return answer, nil
		}
		answer.Body.Close()
		if j.retries++; retry.Backend != "" {
			j.backend = retry.Backend
			j.vars.Backend.Name = retry.Backend
		}
	}
}

// prepare lets the rules of the step fetch speak, once for each job, and signs what is asked.
func (s *Server) prepare(j *job) {
	if j.prepared {
		return
	}
	j.prepared = true
	j.vars.Now = s.now()
	j.vars.Backend = rules.Backend{Name: j.backend, Healthy: true}
	effects := rules.Effects{Trace: j.explains != nil}
	j.site.run(rules.Fetch, &j.vars, &effects)
	j.explains.add(effects.Matched)
	s.signRequest(&j.outgoing.Header)
}

// hear lets the response rules speak. What they change is kept apart from what the origin said, for a later 304 to renew.
func (j *job) hear(head *message.Response, now time.Time, took time.Duration) {
	came := *head
	came.Header = slices.Clone(head.Header)
	j.vars.Now, j.vars.Resp, j.vars.Backend.FetchTime = now, head, took
	j.effects = rules.Effects{Trace: j.explains != nil}
	j.site.run(rules.Response, &j.vars, &j.effects)
	if j.came = nil; came.Status != head.Status || !slices.Equal(came.Header, head.Header) {
		j.came = &came
	}
	j.explains.add(j.effects.Matched)
}

// tags takes the tags of a response out of its fields and from the rules, and takes the fields off that are not for clients.
func (j *job) tags(head *message.Response) []string {
	tags := policy.Tidy(append(policy.TagsOf(head.Header, j.site.Tags), j.effects.Tags...))
	if !j.site.Expose {
		policy.DropTags(&head.Header, j.site.Tags)
		if j.came != nil {
			policy.DropTags(&j.came.Header, j.site.Tags)
		}
	}
	return tags
}

// ask asks the origin once.
func (s *Server) ask(ctx context.Context, j *job) (*origin.Response, error) {
	backend, ok := j.site.Backends[j.backend]
	if !ok {
		if j.backend != "" {
			return nil, fmt.Errorf("a rule names the backend %q, which does not exist", j.backend)
		}
		return nil, errNoBackend
	}
	body := j.body
	if j.content != nil {
		body = bytes.NewReader(j.content)
	}
	answer, err := backend.Fetch(ctx, &origin.Request{Head: j.outgoing, Body: body, Trailer: j.trailer, Interim: j.interim})
	if err != nil {
		return nil, err
	}
	if answer.Conn != nil {
		return answer, nil
	}
	if unasked(j.outgoing.Header, answer.Head.Status) {
		answer.Body.Close()
		return nil, &origin.Error{Kind: origin.Broken, Backend: j.backend, Err: fmt.Errorf("%d to a request without condition or range", answer.Head.Status)}
	}
	tidy(answer.Head, s.now())
	return answer, nil
}

// unasked reports whether a status answers a question that was not put.
func unasked(asked message.Header, status int) bool {
	switch status {
	case 304:
		return !asked.Has("If-None-Match") && !asked.Has("If-Modified-Since") && !asked.Has("If-Range")
	case 206:
		return !asked.Has("Range")
	}
	return false
}
