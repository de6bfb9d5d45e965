// Package client asks a running Lacquer through its API, for the commands. Every error is a line that a person can act on: nobody is there,
// the token is not the right one, or what was asked cannot be done.
//
// It does not know where the address and the token come from; whoever makes a Client finds both.
package client
