// Package storage keeps: it finds, holds and drops objects, which are responses that may be used again, and the marks of those that
// may not. To look an object up and to reserve its fetch is one act. Bodies grow while they are read.
//
// The table is the truth: what is in it can be found, what was dropped from it cannot. Ristretto beside it decides which objects
// deserve their place. DESIGN.md tells the life of an object, the order of locks and the interleavings that matter.
//
// It does not know where responses come from, why one may be stored (package policy says so), or what a purge looks like: the
// log of purges is handed in as Purges.
package storage
