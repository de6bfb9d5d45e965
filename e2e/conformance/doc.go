// Package conformance has Lacquer tried by the public suite of tests for HTTP caches, http-cache-tests, which nobody here wrote: its origin
// behind the real binary, its client before it, over loopback.
//
// Each test of the suite that is required or optimal is held to baseline.json, which may only rise: what passes there must pass, and what fails
// there stands with the reason for which it does. It knows nothing of the inside of Lacquer, and of the suite only what its tests are called, of
// what kind they are, and on which others they depend.
//
// The script run installs the suite and starts the test; without it the test is skipped. Another edition is tried, without a baseline, where
// LACQUER_CACHE_TESTS names its folder.
package conformance
