// Package accesslog writes one line for each transaction: in the combined format of Apache and nginx, or as JSON.
//
// A request never waits for it. Lines are encoded on the goroutine of the transaction and handed over a bounded ring to one
// goroutine that writes; where the writer cannot keep up, lines are dropped and counted. Whatever a client sent, a line stays one
// line of text: bytes that could end it, or mean something to a terminal, are escaped.
//
// It does not know where its lines go, nor does it rotate files.
package accesslog
