// Package origin asks: it sends a request to a backend and brings back the head of the answer and a body that streams.
//
// A Backend is one origin server behind a URL. It keeps connections open between requests, bounds how long it waits for a
// connection, for the first byte and for each next one, and tells in which way an origin failed. A request whose method is not
// safe is never sent twice; a body that ends early never looks as if it were whole.
//
// It does not know what a cache is, which fields are private to a connection, or when an origin should be asked: heads go out
// as they are handed in and come back as they came.
//
// The framing of HTTP/1.1 and HTTP/2 is that of net/http, which mends some malformed heads (folded lines, bare line feeds, a
// Content-Length beside chunks) before anything here can see and refuse them.
package origin
