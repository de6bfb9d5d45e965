package rules_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"testing"

	"lacquer/policy/rules"
)

var update = flag.Bool("update", false, "write what tests compare with anew: golden files, builtin_nodes.go, the tables of docs/rules.md")

// TestBuiltinNodes holds the built-in rules that run to the file that users read.
func TestBuiltinNodes(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("// Code generated from builtin.yaml by \"go test ./policy/rules -update\". DO NOT EDIT.\n\npackage rules\n\nvar builtinRules = []Node{\n")
	for _, n := range nodes(t, "builtin.yaml", string(rules.Builtin())) {
		writeNode(&b, n)
		b.WriteString(",\n")
	}
	b.WriteString("}\n")
	want, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("builtin_nodes.go", want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("builtin_nodes.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("builtin_nodes.go is not what builtin.yaml says: run go test ./policy/rules -update (%v)", err)
	}
}

func writeNode(b *bytes.Buffer, n rules.Node) {
	fmt.Fprintf(b, "{Position: Position{%q, %d, %d}, ", n.File, n.Line, n.Column)
	switch n.Kind {
	case rules.Scalar:
		fmt.Fprintf(b, "Kind: Scalar, Text: %q", n.Text)
	case rules.List:
		b.WriteString("Kind: List, Items: []Node{\n")
		for _, item := range n.Items {
			writeNode(b, item)
			b.WriteString(",\n")
		}
		b.WriteString("}")
	case rules.Map:
		b.WriteString("Kind: Map, Fields: []Field{\n")
		for _, f := range n.Fields {
			b.WriteString("{Name: Node")
			writeNode(b, f.Name)
			b.WriteString(", Value: Node")
			writeNode(b, f.Value)
			b.WriteString("},\n")
		}
		b.WriteString("}")
	}
	b.WriteString("}")
}
