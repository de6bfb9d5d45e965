package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"lacquer/bench/measure"
	"lacquer/bench/report"
)

// client returns what asks servers for single pages. It believes any certificate: that of the servers is signed by itself.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
		MaxIdleConnsPerHost: warmedEach,
		DisableCompression:  true,
	}}
}

// fetch asks a server for a page as a browser does, and compares it with what the origin answers there.
func (r *running) fetch(ctx context.Context, c *http.Client, path string) error {
	request, err := browserRequest(r.base, path)
	if err != nil {
		return err
	}
	resp, err := c.Do(request.WithContext(ctx))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return r.right(resp, path)
}

// right reads a response and says whether it is the page.
func (r *running) right(resp *http.Response, path string) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is answered with %s: %.200s", path, resp.Status, body)
	}
	w := r.site.workload
	if r.server.name == report.Floor {
		if len(body) != w.size {
			return fmt.Errorf("%s: %d bytes, want %d", path, len(body), w.size)
		}
		return nil
	}
	if string(body) != w.body(path) {
		return fmt.Errorf("%s: not the origin's bytes (%d of them, want %d): %.100q", path, len(body), w.size, body)
	}
	return nil
}

// verify makes sure that a server serves the right bytes, fetches them from the origin at the first request, and does not at the second. The origin's own
// count says so; fields that tell of a hit differ from server to server, and cost those that are told to send them.
func (b *bench) verify(ctx context.Context, r *running, group string) error {
	c := client()
	defer c.CloseIdleConnections()
	path := r.site.workload.path(group+"-verified-", 0)
	want := int64(1)
	if r.server.name == report.Floor {
		want = 0
	}
	before, err := b.origin.requests(ctx)
	if err != nil {
		return err
	}
	for range 3 {
		if err := r.fetch(ctx, c, path); err != nil {
			return err
		}
	}
	after, err := b.origin.requests(ctx)
	if err != nil {
		return err
	}
	if after-before != want {
		return fmt.Errorf("three requests for %s became %d at the origin, want %d: it does not store", path, after-before, want)
	}
	return nil
}

// warm fetches all objects that hits will be of, and compares each.
func (b *bench) warm(ctx context.Context, r *running, group string) error {
	c := client()
	defer c.CloseIdleConnections()
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.SetLimit(warmedEach)
	for number := range r.site.workload.warm() {
		tasks.Go(func() error { return r.fetch(ctx, c, r.site.workload.path(group, number)) })
	}
	return tasks.Wait()
}

// errImplausible is that of samples that do not say what they were to say.
var errImplausible = errors.New("the sample means nothing")

// leastSpent is what a server must have spent in a sample: times are counted in hundredths of a second.
const leastSpent = 200 * time.Millisecond

// plausible says whether a sample is of what the workload wanted: hits that did not reach the origin, misses that did, no failures, and time
// enough. The load generator breaks off what is under way when its time is over, which h2load counts as failed.
func (r *running) plausible(s report.Sample, l measure.Load, spent time.Duration) error {
	hits := r.site.workload.kind != unique
	switch {
	case l.Failed > h2Clients*h2Streams+l.Requests/1000:
		return fmt.Errorf("%w: %d of %d requests failed", errImplausible, l.Failed, l.Requests)
	case spent < leastSpent:
		return fmt.Errorf("%w: %d requests cost %v, too little to be counted; is the machine busy?", errImplausible, l.Requests, spent)
	case r.server.name == report.Floor:
		return nil
	case hits && s.Origin > l.Requests/1000:
		return fmt.Errorf("%w: of %d requests %d reached the origin, and were to be hits", errImplausible, l.Requests, s.Origin)
	case !hits && s.Origin < l.Requests:
		return fmt.Errorf("%w: of %d requests only %d reached the origin, and were to be misses", errImplausible, l.Requests, s.Origin)
	}
	return nil
}
