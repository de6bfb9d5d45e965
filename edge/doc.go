// Package edge greets: it accepts connections, reads requests from them, finds out who the client really is, and hands each
// request with a writer for its response to a Handler, which package proxy implements.
//
// Addresses of all kinds are opened here, the PROXY protocol is spoken here, and whatever comes in from outside is limited here:
// size and time of heads, size and pace of bodies, clients that do not read their answer.
//
// It does not know what happens to a request, what a cache is or which backends there are.
//
// HTTP/1 is served by a loop of its own, in connection.go: one goroutine a connection, heads parsed where they were read, no
// allocation on a request that is answered from memory. HTTP/2, which TLS negotiates, comes from net/http. One strict parser, that
// of package message, judges every head, HTTP/2's pseudo-header fields as the request line that they stand for. What is malformed
// or ambiguous is refused, and nothing of what came in is ever sent on as it stood.
//
// Certificates come from elsewhere, as functions: which one to show, which hosts they are good for, what a certificate authority is
// to be answered.
package edge
