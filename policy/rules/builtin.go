package rules

import _ "embed"

//go:embed builtin.yaml
var builtinText []byte

// Builtin returns the rules that stand behind those of every site, as a file that can be read. A rule of the user takes the place of the one
// with the same name. The Nodes in builtin_nodes.go are made of this file, and a test holds the two equal.
func Builtin() []byte { return builtinText }
