package terminal

import "syscall"

const variable = "TERM"

var name, named = syscall.Getenv(variable)

func init() { syscall.Setenv(variable, "dumb") }

// Restore lets the terminal be what it is. It is called first thing in main.
func Restore() {
	if named {
		syscall.Setenv(variable, name)
	} else {
		syscall.Unsetenv(variable)
	}
}
