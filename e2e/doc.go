// Package e2e proves that the whole house does what it promises: stories of an origin, a proxy and clients, in scripts under
// testdata/script, played over a network in memory with a clock of their own. README.md describes their language, package story
// reads and plays it.
//
// It knows the house only as package daemon starts it, and by what goes over the wire.
package e2e
