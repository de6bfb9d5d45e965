package main

import (
	"fmt"
	"strings"
)

// kind is which objects clients ask for.
type kind string

const (
	one    kind = "one"    // always the same
	many   kind = "many"   // one of many, at random
	unique kind = "unique" // another one each time: a miss
	herd   kind = "herd"   // all clients one that is not there yet, at once, and the origin is slow
)

// workload is a row of the table.
type workload struct {
	name    string // for -rows
	title   string
	kind    kind
	objects int // that there are, of many
	size    int // bytes of a body
	speaks  protocol
	clients int  // connections of HTTP/1.1
	shared  bool // the load is on the server's core, too
}

// protocol is what a server must speak to have a part in a row. The floor speaks HTTP/1.1 whatever the row: it is what all are compared with.
type protocol int

const (
	http1    protocol = iota
	http1TLS          // HTTP/1.1 over TLS
	http2TLS
)

const (
	kib = 1 << 10

	crowd      = 64  // connections, where there is not one alone
	h2Clients  = 8   // connections of HTTP/2, with
	h2Streams  = 10  // requests under way on each
	herdDelay  = 100 // milliseconds that the origin takes for what a herd asks
	manyOf     = 10_000
	warmedEach = 8 // connections by which objects are fetched before anything is measured
)

// The first three are the same hit in three situations. On a core of its own a server that is faster than what loads it sleeps and is woken
// for a request or a few; one that is slower never sleeps, and takes many at once: its cost says more of its own work, and less of the kernel's. With one
// client every request wakes the server. On one core with the load it never sleeps and always finds all clients waiting, however
// fast it is, and what others do to the machine hardly matters: the steadiest of all numbers.
var workloads = []workload{
	{name: "hit-1k", title: "hit, 1 KiB, one object", kind: one, size: kib, clients: crowd},
	{name: "hit-1k-shared", title: "hit, 1 KiB, one object, load on the same core", kind: one, size: kib, clients: crowd, shared: true},
	{name: "hit-1k-alone", title: "hit, 1 KiB, one object, one client", kind: one, size: kib, clients: 1},
	{name: "hit-1k-many", title: "hit, 1 KiB, 10,000 objects", kind: many, objects: manyOf, size: kib, clients: crowd},
	{name: "hit-100k", title: "hit, 100 KiB, one object", kind: one, size: 100 * kib, clients: crowd},
	{name: "hit-100k-many", title: "hit, 100 KiB, 10,000 objects", kind: many, objects: manyOf, size: 100 * kib, clients: crowd},
	{name: "miss", title: "miss, 1 KiB", kind: unique, size: kib, clients: crowd},
	{name: "herd", title: "herd: 64 clients at once, on an object that takes the origin 100 ms", kind: herd, size: kib, clients: crowd},
	{name: "tls", title: "hit, 1 KiB, HTTP/1.1 over TLS", kind: one, size: kib, speaks: http1TLS, clients: crowd},
	{name: "http2", title: "hit, 1 KiB, HTTP/2 over TLS, ten streams", kind: one, size: kib, speaks: http2TLS, clients: crowd},
}

// path returns where an object lies. Of one object, number is 0.
func (w workload) path(group string, number int) string {
	return fmt.Sprintf("%s%d", w.stem(group), number)
}

// stem returns a path up to the number of an object. No two groups have an object in common.
func (w workload) stem(group string) string {
	if w.kind == herd {
		return fmt.Sprintf("/slow/%d/%d/%s-", herdDelay, w.size, group)
	}
	return fmt.Sprintf("/object/%d/%s-", w.size, group)
}

// body returns what the origin answers for a path.
func (w workload) body(path string) string {
	return strings.Repeat(path, w.size/len(path)+1)[:w.size]
}

// warm returns how many objects are to be fetched before anything is measured.
func (w workload) warm() int {
	switch w.kind {
	case one:
		return 1
	case many:
		return w.objects
	default:
		return 0
	}
}

// loadCore returns the core that the load comes from.
func (w workload) loadCore() int {
	if w.shared {
		return serverCore
	}
	return loadCore
}
