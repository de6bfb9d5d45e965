// Package accesslog writes a line for each transaction. It never holds a request up: lines are encoded by whoever served the request
// and written by one goroutine behind a bounded queue; what does not fit is dropped and counted.
//
// It does not know what a request went through, only what edge.Entry tells.
package accesslog
