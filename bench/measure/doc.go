/*
Package measure counts: what processes have cost, what a load generator has seen, and what several rounds of it say together. It starts
nothing and knows no server; it is given a file system that looks like /proc, and the output of wrk and of h2load.
*/
package measure
