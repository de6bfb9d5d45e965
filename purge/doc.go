// Package purge forgets on demand. Every purge is an entry of one ordered log, hard or soft; objects carry the number up to which
// they were checked, and fetches where the log stood when they began, so that nothing that began before a purge is served to who
// asked after it.
//
// It knows how stored objects are swept, but not how a purge reaches us, who may send one, or what a request is.
package purge
