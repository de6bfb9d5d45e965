package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lacquer/admin"
)

// purgeFlags are the flags of purge as they were written.
type purgeFlags struct {
	seatFlags
	tags        []string
	all         bool
	soft, dry   bool
	json        bool
	prefix, at  string
	refetch     bool
	notBuiltYet []string // flags of the contract
}

func purgeCommand() *cobra.Command {
	f := purgeFlags{notBuiltYet: []string{"prefix", "host", "refetch"}}
	c := &cobra.Command{
		Use:   "purge URL... | --tag TAG... | --all",
		Short: "forget by URL or tag, or everything",
		Example: "  lacquer purge https://example.org/news/\n  lacquer purge --soft --tag news --tag sport\n" +
			"  lacquer purge --all --dry-run",
		RunE: func(c *cobra.Command, urls []string) error {
			for _, name := range f.notBuiltYet {
				if c.Flags().Changed(name) {
					return &unbuiltError{"lacquer purge --" + name}
				}
			}
			return f.purge(c, urls)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.tags, "tag", nil, "forget what has this `TAG`, may be repeated")
	flags.BoolVar(&f.all, "all", false, "forget everything")
	flags.BoolVar(&f.soft, "soft", false, "make stale instead: it is served while it is refreshed, as far as it may be stale")
	flags.BoolVar(&f.dry, "dry-run", false, "only count what there is now")
	flags.BoolVar(&f.json, "json", false, "print the answer as JSON")
	flags.StringVar(&f.prefix, "prefix", "", "`URL` with which others begin (not in this version)")
	flags.StringVar(&f.at, "host", "", "`HOST` of all URLs (not in this version)")
	flags.BoolVar(&f.refetch, "refetch", false, "fetch anew at once (not in this version)")
	f.add(c)
	return c
}

func (f *purgeFlags) purge(c *cobra.Command, urls []string) error {
	switch {
	case f.all && len(urls)+len(f.tags) > 0:
		return errors.New("--all cannot stand beside URLs or --tag")
	case !f.all && len(urls)+len(f.tags) == 0:
		return errors.New("nothing is to be purged; give URLs, --tag TAG, or --all")
	}
	asked, err := f.open()
	if err != nil {
		return err
	}
	defer asked.Close()
	report, err := asked.Purge(c.Context(), admin.PurgeOrder{URLs: urls, Tags: f.tags, All: f.all, Soft: f.soft, DryRun: f.dry})
	if err != nil {
		return failure{err}
	}
	if f.json {
		return printJSON(c.OutOrStdout(), report)
	}
	for _, p := range report.Purged {
		fmt.Fprintln(c.OutOrStdout(), purgedLine(p, report.DryRun))
	}
	return nil
}

// purgedLine says what one purge did.
func purgedLine(p admin.Purged, dry bool) string {
	line := "purged"
	if dry {
		line = "would purge"
	}
	if p.Soft {
		line += " softly"
	}
	switch p.Kind {
	case admin.KindTag:
		line += " tag " + p.What
	case admin.KindAll:
		line += " everything"
	default:
		line += " " + p.What
	}
	if p.Objects >= 0 {
		line += fmt.Sprintf(": %s, %s", count(p.Objects, "object"), bytesText(p.Bytes))
	}
	return line
}

// printJSON prints an answer of the API as it is.
func printJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return failure{err}
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return asFailure(err)
}
