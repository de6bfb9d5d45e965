// Package story reads and plays the scripts of package e2e: stories with three kinds of actors, an origin, a proxy and clients,
// over a network in memory and with a clock of their own, so that an hour of a cache's life takes milliseconds.
//
// Origins and clients speak HTTP/1.1 as bytes, with a reader and writer of their own: what is ambiguous or broken on the wire is seen
// and not mended. The language is described in e2e/README.md, whose tables are made from the tables here.
//
// The proxy is whatever Starter the test hands in; the package knows nothing of the house it tests.
package story
