// Package child runs processes for the length of a test: the binary of Lacquer, which it builds first, and whatever stands on either side of it.
// It knows nothing of what they say to each other.
package child
