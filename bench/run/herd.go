package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"lacquer/bench/report"
)

// stampede sends many clients at once for an object that is not there, and counts how many requests reach the origin, which takes its time. The
// connections are open before, so that the requests arrive together.
func (b *bench) stampede(ctx context.Context, r *running, group string) (sample report.Sample, err error) {
	path := r.site.workload.path(group, 0)
	request, err := browserRequest(r.base, path)
	if err != nil {
		return sample, err
	}
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range r.site.workload.clients {
		c, err := r.dial()
		if err != nil {
			return sample, err
		}
		conns = append(conns, c)
	}
	before, err := b.origin.requests(ctx)
	if err != nil {
		return sample, err
	}
	begin := time.Now()
	tasks := errgroup.Group{}
	for _, c := range conns {
		tasks.Go(func() error {
			if err := c.SetDeadline(begin.Add(30 * time.Second)); err != nil {
				return err
			}
			if err := request.Write(c); err != nil {
				return err
			}
			resp, err := http.ReadResponse(bufio.NewReader(c), request)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			defer resp.Body.Close()
			return r.right(resp, path)
		})
	}
	if err := tasks.Wait(); err != nil {
		return sample, err
	}
	sample.Last = float64(time.Since(begin).Microseconds()) / 1000
	after, err := b.origin.requests(ctx)
	sample.Origin = after - before
	return sample, err
}

func (r *running) dial() (net.Conn, error) {
	if r.server.tls(r.site.workload) {
		return tls.Dial("tcp", r.site.listen, &tls.Config{InsecureSkipVerify: true})
	}
	return net.Dial("tcp", r.site.listen)
}
