package rules

// Position is a place in a file, counted from 1. The zero Position is nowhere.
type Position struct {
	File         string
	Line, Column int
}

// Kind is the kind of a Node.
type Kind uint8

// Kinds of nodes.
const (
	Scalar Kind = iota + 1
	List
	Map
)

// Node is a piece of the configuration as it was written, whatever syntax it was written in.
type Node struct {
	Position
	Kind   Kind
	Text   string  // of a scalar, as a string
	Block  bool    // the scalar stands in a block, so that positions within Text do not map to columns
	Items  []Node  // of a list
	Fields []Field // of a map, in order; a name that stands twice is the reader's error
}

// Field is a member of a map.
type Field struct {
	Name  Node // a scalar
	Value Node
}
