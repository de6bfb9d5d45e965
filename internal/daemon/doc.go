// Package daemon assembles Lacquer: it reads the configuration, keeps the state directory, and wires the store, the backend,
// the way of a request and the listeners into one Daemon that starts and stops as a whole.
//
// A configuration comes in layers: flags win over the environment, which wins over the file, which wins over the defaults.
// One table of settings serves all of them, so a value is read and refused in the same words wherever it was written. What is
// wrong is told with its place, all of it and not only the first.
//
// It does not know command lines, signals or terminals, and decides nothing about requests. Listeners, dialers and logs are
// handed in, so a whole Lacquer can run over a network that exists only in memory.
package daemon
