// Package policy decides: what the key of a request is, whether a response may be stored and for how long, whether a stored
// response may be used. RFC 9111 stands here as pure functions over package message.
//
// It does no I/O, starts no goroutine and never asks what time it is: now is an argument. It does not know how objects are
// kept or who asks for them.
package policy
