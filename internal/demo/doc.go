// Package demo shows in a minute what Lacquer is for: it starts a slow little site, a real Lacquer in front of it, and a control page for
// the browser, which tells live what hits and what misses and why, and lets one edit, purge, send a herd, and take the origin down.
//
// The control page is served on loopback only, goes by no name but an address of loopback and localhost, and changes things only for who
// shows the token that the page carries.
//
// It uses Lacquer as anybody would: by a configuration, by requests to its listener, and by PURGE. It knows nothing of how Lacquer does
// what it does, and what it shows is what Cache-Status says.
package demo
