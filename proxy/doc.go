// Package proxy leads a request on its way: receive it, look it up, deliver what is stored or fetch it, or pass it by the store,
// pipe it, or say what went wrong. Serve takes one step after another; each does its part and returns the next.
//
// It does not know how requests are read and responses written (package edge does, behind Writer), how origins are spoken to
// (package origin), how objects are kept (package storage), or why a response may be stored (package policy).
package proxy
