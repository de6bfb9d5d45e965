//go:build race

package rules_test

// raced says that the race detector is at work.
const raced = true
