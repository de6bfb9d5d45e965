// Package acme has Lacquer obtain certificates from a certificate authority that nobody here wrote: Pebble, by which Let's Encrypt tests
// ACME clients. It issues by both challenges, renews, is away at the start and at a renewal, while visitors come all the time.
//
// Lacquer runs in the process of the test, on loopback, so that its clocks can be told to look more often than a user would want; the
// authority and the name server are processes of their own.
//
// The script run installs them and starts the test; without it the test is skipped.
package acme
