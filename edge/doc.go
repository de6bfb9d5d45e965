// Package edge greets: it accepts connections, reads requests from them, finds out who the client really is, and hands each
// request with a writer for its response to a Handler, which package proxy implements.
//
// Addresses of all kinds are opened here, the PROXY protocol is spoken here, and whatever comes in from outside is limited here:
// size and time of heads, size and pace of bodies, clients that do not read their answer.
//
// It does not know what happens to a request, what a cache is or which backends there are.
//
// HTTP/1.1 and, under TLS, HTTP/2 are served over net/http, which hides some of what it mends: a Content-Length beside chunks, a Host beside a target
// in absolute form, folded lines and bare line feeds are not seen here. All that is seen is judged by the strict parser of package
// message, HTTP/2's pseudo-header fields as the request line that they stand for, and nothing of what came in is ever sent on as it
// stood.
//
// Certificates come from elsewhere, as functions: which one to show, which hosts they are good for, what a certificate authority is
// to be answered.
package edge
