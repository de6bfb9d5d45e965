package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lacquer/internal/daemon"
)

func checkCommand() *cobra.Command {
	var file string
	var schema bool
	c := &cobra.Command{
		Use:     "check",
		Short:   "read configuration and rules, and run the tests of the rules",
		Example: "  lacquer check -c lacquer.yaml\n  lacquer check --schema > lacquer.schema.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("check takes flags only, not %q; give the configuration by -c FILE", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if schema {
				_, err := c.OutOrStdout().Write(daemon.Schema())
				return asFailure(err)
			}
			said, err := check(file)
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), said)
			}
			return err
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&file, "config", "c", "", "the configuration `FILE` (default lacquer.yaml in the usual places)")
	flags.BoolVar(&schema, "schema", false, "print a JSON Schema of configurations, for editors, and check nothing")
	return c
}

// check reads a configuration as serve would, tries its rules, and reads the files of certificates. It opens nothing.
func check(file string) (said string, err error) {
	config, err := loadConfig(file, daemon.Flags{})
	if err != nil {
		return "", err
	}
	if err := config.TryRules(time.Now()); err != nil {
		return "", failure{err}
	}
	if err := config.TryCertificates(); err != nil {
		return "", failure{err}
	}
	return fmt.Sprintf("ok: %s, %s", count(len(config.RuleNames()), "rule"), count(len(config.Tests), "test")), nil
}

// count writes a number and what it counts.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// asFailure makes a failure of an error, if it is one.
func asFailure(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}
