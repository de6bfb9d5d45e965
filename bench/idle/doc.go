/*
Idle measures what a connection on which nothing happens costs Lacquer, and what many of them cost everybody else.

	go run ./bench/idle [-connections 10000] [-visitors 16] [-load 5s] [-settle 30s]

It starts the real binary with a page behind it, and has visitors ask for that page from the store, as fast as they get it. Then a process of its own
opens the idle connections: each asks once and stays open. What the server's resident memory has grown by when it grows no more, divided by their
number, is what one costs; the Go runtime's own accounts, which the administration shows, say where it is. Then the same visitors ask again, and
their waiting is told as a ratio with what it was before. In the end each idle connection must still be open.

The server, those who are idle, and the visitors (with the origin) are a process each: what one of them needs is not counted as another's, and each
has the descriptors of a process to itself. What the kernel keeps for a connection is nobody's resident memory, and is not counted.

It runs on Linux. To measure another binary, name it in the environment's LACQUER. It knows no other server; bench/run is for comparing.
*/
package main
