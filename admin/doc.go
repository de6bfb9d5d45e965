// Package admin shows: it answers those who run a Lacquer, on a listener of its own that is never public. The JSON API behind the commands,
// the metrics, whether it lives and is ready, and the transactions as they happen.
//
// Whoever asks must hold the token, but for what tells nothing: /healthz and /readyz. Guard names what is refused before that. openapi.yaml
// describes every route, and a test holds both to one another.
//
// It does not know how a request is led, an object kept or a configuration read: all that is asked of a House, which package
// internal/daemon builds. What it counts, it counts from the edge.Entry of each transaction.
package admin
