package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lacquer/bench/report"
)

// server is one of those that are compared: how it is told what to do, and started.
type server struct {
	name    string
	version []string // command that prints it; none for what is built here and has none
	speaks  protocol // the most that it speaks

	// files returns its configuration, by name in the directory of the site; nil if it needs none.
	files func(site) map[string]string
	// command returns how it is started, in the foreground.
	command func(site) []string
	// environ is added to this program's environment.
	environ []string
}

// site is what a server is to serve, and where.
type site struct {
	dir         string // on a file system in memory, empty, of its own
	listen      string // host:port
	port        int
	origin      string // host:port
	certificate certificate
	binaries    binaries
	workload    workload
}

// storeMiB is what each server may use for bodies: twice what the largest workload stores.
const storeMiB = 2 * manyOf * 100 / 1024

// peers are all servers, in the order of the tables; the floor first, as all others are compared with it.
var peers = []server{floor, lacquer, lacquerWithRules, haproxy, nginx, varnish}

// takesPart reports whether a server has a row.
func (s server) takesPart(w workload) bool {
	if s.name == report.Floor {
		return w.kind != herd // it asks no origin
	}
	return s.speaks >= w.speaks
}

// tls reports whether clients of a server speak TLS with it.
func (s server) tls(w workload) bool { return w.speaks != http1 && s.name != report.Floor }

// running is a server that accepts connections.
type running struct {
	*child
	server server
	site   site
	base   string // URL without a path
}

// start configures a server, starts it on its core, and waits until it accepts connections.
func (s server) start(ctx context.Context, at site) (*running, error) {
	if s.files != nil {
		for name, text := range s.files(at) {
			if err := os.WriteFile(filepath.Join(at.dir, name), []byte(text), 0o644); err != nil {
				return nil, err
			}
		}
	}
	cmd := pinned(serverCore, s.command(at)...)
	cmd.Dir = at.dir
	cmd.Env = append(os.Environ(), s.environ...)
	c, err := start(s.name, cmd)
	if err != nil {
		return nil, err
	}
	if err := c.accepts(ctx, at.listen); err != nil {
		_ = c.stop()
		return nil, err
	}
	scheme := "http"
	if s.tls(at.workload) {
		scheme = "https"
	}
	return &running{child: c, server: s, site: at, base: scheme + "://" + at.listen}, nil
}

// fill replaces {name} in a configuration.
func (at site) fill(text string) string {
	return strings.NewReplacer(
		"{dir}", at.dir,
		"{listen}", at.listen,
		"{origin}", at.origin,
		"{certificate}", at.certificate.chain,
		"{key}", at.certificate.key,
		"{both}", at.certificate.both,
		"{storeMiB}", fmt.Sprint(storeMiB),
	).Replace(text)
}
