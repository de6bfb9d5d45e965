package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lacquer/admin"
	"lacquer/admin/client"
)

func reloadCommand() *cobra.Command {
	var f seatFlags
	c := &cobra.Command{
		Use:   "reload",
		Short: "read the configuration anew",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.change(c, func(ctx context.Context, asked *client.Client) (admin.Version, error) { return asked.Reload(ctx) })
		},
	}
	f.add(c)
	return c
}

func rollbackCommand() *cobra.Command {
	var f seatFlags
	c := &cobra.Command{
		Use:     "rollback [N]",
		Short:   "go back to an earlier configuration, the one before if none is named",
		Example: "  lacquer versions\n  lacquer rollback 3",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to := 0
			if len(args) == 1 {
				n, err := strconv.Atoi(args[0])
				if err != nil || n < 1 {
					return fmt.Errorf("%q is no number of a version; lacquer versions lists them", args[0])
				}
				to = n
			}
			return f.change(c, func(ctx context.Context, asked *client.Client) (admin.Version, error) { return asked.Rollback(ctx, to) })
		},
	}
	f.add(c)
	return c
}

// change puts another configuration in force and says which.
func (f *seatFlags) change(c *cobra.Command, change func(context.Context, *client.Client) (admin.Version, error)) error {
	asked, err := f.open()
	if err != nil {
		return err
	}
	defer asked.Close()
	v, err := change(c.Context(), asked)
	var refused *client.FailureError
	switch {
	case errors.As(err, &refused) && refused.Code == "refused":
		return failure{fmt.Errorf("nothing was changed:\n%w", err)}
	case err != nil:
		return failure{err}
	}
	fmt.Fprintf(c.OutOrStdout(), "version %d is in force: %s, %s\n", v.Number, cmp.Or(v.File, "without a file"), count(v.Rules, "rule"))
	return nil
}

func versionsCommand() *cobra.Command {
	var f seatFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "versions",
		Short: "list the configurations that were loaded",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			asked, err := f.open()
			if err != nil {
				return err
			}
			defer asked.Close()
			versions, err := asked.Versions(c.Context())
			if err != nil {
				return failure{err}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), admin.VersionList{Versions: versions})
			}
			return printVersions(c.OutOrStdout(), versions)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	f.add(c)
	return c
}

// printVersions prints a table, the present version marked.
func printVersions(w io.Writer, versions []admin.Version) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, " \tversion\tin force since\tby\trules\tfile")
	for _, v := range versions {
		mark := " "
		if v.Current {
			mark = "*"
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%d\t%s\n", mark, v.Number, v.Loaded.Local().Format(time.DateTime), v.By, v.Rules, cmp.Or(v.File, "none"))
	}
	return asFailure(table.Flush())
}
