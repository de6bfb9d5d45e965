package rules

// CompileForMachine is Compile with the VM doing all the work but reading variables.
func CompileForMachine(source []Node, o Options) (*Set, error) { return compile(source, o, true) }
