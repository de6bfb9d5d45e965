// Package memnet is a network inside one process, for tests that run in a bubble of testing/synctest: listeners, dials that
// succeed, are refused or never answered, and stream connections with bounded buffers, deadlines, half-close and reset.
//
// Whoever waits here waits on a channel or a sync.Cond made by this package, so a bubble in which everybody waits for the
// network counts as idle and its clock moves on. A Network and all that uses it belong in the same bubble.
//
// It behaves like TCP over loopback as far as a program above package net can tell, except that it loses nothing, has no
// latency, and that Close with unread bytes does not reset the connection by itself; Reset does. It knows nothing of HTTP
// and nothing of the rest of the house.
package memnet
