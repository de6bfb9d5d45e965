/*
Run measures Lacquer beside nginx, Varnish and HAProxy on this machine, and tells what it finds as ratios with the floor: a C program that
only reads and writes.

	go run ./bench/run [-mode full|quick] [-rows hit-1k,miss] [-servers floor,lacquer] [-results FILE] [-page FILE] [-summary FILE]
	go run ./bench/run -from bench/results.json [-page FILE] [-summary FILE]

For each round it goes through the rows of the table, and in each row once around the servers: starts one on a core of its own, lets it fetch
what it is to serve, makes sure that it answers from its store and with the right bytes, loads it from the other core, reads what its
processes have spent meanwhile, and stops it. So no server runs while another is measured, and what disturbs the machine for a while
disturbs a round of all of them. A sample in which a server did not answer from its store, or failed requests, would mean nothing: it is taken
again, and the fifth of them ends the run.

A full run writes bench/results.json and the tables of docs/benchmarks.md; a quick one, which is for a look while working, or one of
some rows or servers alone, only what it is told to. Tables go to standard output.

The servers' configurations stand in server_*.go. What is computed from the numbers is computed in packages measure and report.
*/
package main
