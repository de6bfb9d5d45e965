// Package terminal keeps the libraries of the live views from asking the terminal questions while the process starts.
//
// Bubble Tea v1 asks for the background color when its package is initialised, whatever the command, and waits up to five seconds for
// an answer: a terminal that nobody is attached to, as in a container with a tty, gives none. A terminal that calls itself dumb is not asked.
//
// It must be initialised before those libraries are. The Go specification has it so ("Program initialization"): of the packages whose
// imports are initialised, the first by import path is next, and nothing is imported here but syscall, without which they cannot be.
package terminal
