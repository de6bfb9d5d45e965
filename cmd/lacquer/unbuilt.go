package main

import "github.com/spf13/cobra"

// unbuiltError names what Lacquer is to have and this version does not.
type unbuiltError struct {
	what string // the command as it is called
}

func (e *unbuiltError) Error() string { return e.what + ": not in this version" }

// unbuilt are the commands that are listed and refused, never half done.
var unbuilt = []struct{ use, short string }{
	{"ban EXPRESSION", "forget every object for which an expression holds"},
	{"warm URL...", "fill the cache"},
	{"log", "show transactions as they happen"},
	{"top", "show what is asked for most"},
	{"hist", "show how long transactions take"},
	{"vcl FILE", "translate VCL into rules"},
}

func unbuiltCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, u := range unbuilt {
		commands = append(commands, &cobra.Command{
			Use:                u.use,
			Short:              u.short + " (not in this version)",
			DisableFlagParsing: true,
			RunE: func(c *cobra.Command, _ []string) error {
				return &unbuiltError{c.CommandPath()}
			},
		})
	}
	return commands
}
