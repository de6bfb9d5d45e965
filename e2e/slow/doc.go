// Package slow has Lacquer attacked by clients that nobody here wrote and that take their time: slowhttptest, as Debian ships it, sends heads and
// bodies in drops, or reads in sips, over hundreds of connections at once. Meanwhile visitors ask for a page that is stored, all the time, and each of
// them must get it: who is slow may cost himself time, and nobody else his page. Slow heads must be let go within their limit.
//
// It drives the real binary over loopback, with short limits. It knows nothing of the inside of Lacquer, and of slowhttptest only its flags and its
// report. How long anything takes is told, and is no test.
//
// The script run installs slowhttptest and starts the test; without it the test is skipped.
package slow
