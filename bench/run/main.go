package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"lacquer/bench/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the flags say.
type options struct {
	mode    mode
	rows    []workload
	servers []server
	results string // file; none if empty
	page    string // file; none if empty
	summary string // file; none if empty
	from    string // file of results that were taken before; new ones are taken if empty
}

// mode is how much time is spent.
type mode struct {
	name    string
	rounds  int
	seconds int
}

var modes = []mode{{"full", 5, 3}, {"quick", 2, 2}}

func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	results, err := o.find(ctx)
	if results != nil && len(results.Rows) > 0 {
		fmt.Print(results.Markdown()) // with an error, too: half an hour may have gone into them
	}
	if err != nil {
		return err
	}
	return o.write(results)
}

// find returns results: those of a file, or new ones.
func (o options) find(ctx context.Context) (*report.Results, error) {
	if o.from != "" {
		return report.Read(o.from)
	}
	if runtime.NumCPU() < 2 {
		return nil, errors.New("there is one core; the server takes one, and what loads it another")
	}
	// Debian keeps servers where only root looks for programs.
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin"); err != nil {
		return nil, err
	}
	b, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	return b.measureAll(ctx)
}

// write puts results wherever the flags want them; the numbers first, as they took longest.
func (o options) write(results *report.Results) error {
	if o.results != "" {
		if err := results.Write(o.results); err != nil {
			return err
		}
	}
	if o.page != "" {
		if err := report.Place(o.page, results.Markdown()); err != nil {
			return err
		}
	}
	if o.summary != "" {
		return report.Place(o.summary, results.Summary())
	}
	return nil
}

func parseOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench/run", flag.ContinueOnError)
	name := flags.String("mode", "full", "full or quick")
	rows := flags.String("rows", "", "names of the rows to measure, with commas between; all if empty")
	servers := flags.String("servers", "", "names of the servers to measure, likewise")
	flags.StringVar(&o.results, "results", "", "file for all numbers (of a full run of everything bench/results.json)")
	flags.StringVar(&o.page, "page", "", "Markdown file for the tables (of a full run of everything docs/benchmarks.md)")
	flags.StringVar(&o.summary, "summary", "", "Markdown file for the one table that sums up")
	flags.StringVar(&o.from, "from", "", "measure nothing, and tell what stands in this file of results")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	i := slices.IndexFunc(modes, func(m mode) bool { return m.name == *name })
	if i < 0 {
		return o, fmt.Errorf("-mode %s: there are full and quick", *name)
	}
	o.mode = modes[i]
	if o.rows, err = choose("-rows", workloads, func(w workload) string { return w.name }, *rows); err != nil {
		return o, err
	}
	if o.servers, err = choose("-servers", peers, func(s server) string { return s.name }, *servers); err != nil {
		return o, err
	}
	if o.mode.name == "full" && *rows == "" && *servers == "" && o.results == "" && o.page == "" && o.from == "" {
		o.results, o.page = "bench/results.json", "docs/benchmarks.md"
	}
	return o, nil
}

// choose returns those of all whose names are in a list with commas, in the order of all; all of them for an empty list.
func choose[T any](flag string, all []T, name func(T) string, list string) ([]T, error) {
	if list == "" {
		return all, nil
	}
	wanted := strings.Split(list, ",")
	var known []string
	var chosen []T
	for _, one := range all {
		known = append(known, name(one))
		if slices.Contains(wanted, name(one)) {
			chosen = append(chosen, one)
		}
	}
	for _, w := range wanted {
		if !slices.Contains(known, w) {
			return nil, fmt.Errorf("%s %s: there are %s", flag, w, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
