// Package origin asks: it sends a request to a backend and brings back the head of the answer and a body that streams.
//
// A Backend is one origin server behind a URL. It speaks HTTP/1.1 with a client of its own: it keeps connections open between
// requests, bounds how long it waits for a connection, for the first byte and for each next one, and tells in which way an
// origin failed. What an origin says is read by the strict parser of package message and refused where it is malformed or
// ambiguous; a request that is not safe is never sent twice; a body that ends early never looks as if it were whole. Where an
// origin agrees on HTTP/2 by ALPN, net/http speaks it. DESIGN.md tells who owns a connection when.
//
// It does not know what a cache is, which fields are private to a connection, or when an origin should be asked: heads go out
// as they are handed in and come back as they came.
package origin
