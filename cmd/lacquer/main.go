package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"lacquer/internal/daemon"
	"lacquer/internal/terminal"
)

func main() {
	terminal.Restore()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitCode(root.Execute(), stderr)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "lacquer",
		Short:         "Lacquer is a caching reverse proxy",
		Long:          "Lacquer is a caching reverse proxy: put it in front of a slow dynamic site and the site becomes fast.",
		Example:       "  lacquer serve --backend http://127.0.0.1:3000",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          noCommand,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, c.CommandPath())
	})
	root.AddCommand(serveCommand(), demoCommand(), checkCommand(), explainCommand(), purgeCommand(), statCommand())
	root.AddCommand(reloadCommand(), versionsCommand(), rollbackCommand())
	root.AddCommand(unbuiltCommands()...)
	root.AddCommand(versionCommand())
	return root
}

// noCommand answers a call without a command, or with one that does not exist.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("a command is missing, such as serve; see lacquer --help")
	}
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%q is no command; did you mean %s?", args[0], near[0])
	}
	return fmt.Errorf("%q is no command; see lacquer --help", args[0])
}

// Exit codes of every command.
const (
	exitFailure    = 1
	exitWrongUsage = 2
)

// failure is an error of what was asked for, not of how it was asked.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// exitCode prints what went wrong, each thing beginning with the name of the program, and returns the exit code. What does not
// say that it is a failure is wrong usage: cobra's own errors are.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	code := exitWrongUsage
	var failed failure
	if errors.As(err, &failed) {
		code = exitFailure
	}
	var unbuilt *unbuiltError
	var configuration *daemon.Error
	switch {
	case errors.As(err, &unbuilt):
		fmt.Fprintln(stderr, unbuilt)
	case errors.As(err, &configuration):
		for _, p := range configuration.Problems {
			fmt.Fprintf(stderr, "lacquer: %s\n", p)
		}
	default:
		fmt.Fprintf(stderr, "lacquer: %v\n", err)
	}
	return code
}
