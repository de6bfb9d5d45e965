package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the flags say.
type options struct {
	connections int           // that are idle
	visitors    int           // connections that are not
	load        time.Duration // for which the visitors ask, each time
	settle      time.Duration // that memory may take until it grows no more
	hold        string        // host:port to hold connections to, in the process that does nothing else; empty in the one that measures
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "idle:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	if o.hold != "" {
		return hold(o.hold, o.connections, in, out)
	}
	f, err := measureIdle(ctx, o)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, f.String())
	return err
}

func parseOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench/idle", flag.ContinueOnError)
	flags.IntVar(&o.connections, "connections", 10_000, "how many connections are idle")
	flags.IntVar(&o.visitors, "visitors", 16, "how many connections ask for a page meanwhile")
	flags.DurationVar(&o.load, "load", 5*time.Second, "for how long they ask, before and with the idle ones")
	flags.DurationVar(&o.settle, "settle", 30*time.Second, "how long to wait at most until memory grows no more")
	flags.StringVar(&o.hold, "hold", "", "`address` to hold idle connections to: what this program starts itself as")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected %q; there are flags only", flags.Arg(0))
	case o.connections < 1 || o.visitors < 1 || o.load <= 0 || o.settle <= 0:
		return o, errors.New("-connections, -visitors, -load and -settle are above zero")
	}
	return o, enoughDescriptors(o.connections)
}

// spare is how many descriptors a process may need beside those of the idle connections.
const spare = 200

// enoughDescriptors reports whether a process may have so many connections. Go has raised the limit as far as it may go.
func enoughDescriptors(connections int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("ask for the limit of descriptors: %w", err)
	}
	if limit.Max < uint64(connections)+spare {
		return fmt.Errorf("a process may have %d descriptors here, and %d connections need %d; raise the limit (ulimit -Hn) or ask for fewer", limit.Max, connections, connections+spare)
	}
	return nil
}

// measureIdle takes all figures, in the order of doc.go.
func measureIdle(ctx context.Context, o options) (f figures, err error) {
	dir, err := os.MkdirTemp("", "lacquer-idle-")
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	l, err := startLacquer(ctx, dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, l.stop()) }()

	f.connections, f.visitors, f.machine = o.connections, o.visitors, machine()
	if f.waitBefore, err = visit(ctx, l.address, o.visitors, o.load); err != nil {
		return f, err
	}
	if f.before, err = l.settled(ctx, o.settle); err != nil {
		return f, err
	}
	idle, err := startHolder(ctx, l.address, o.connections)
	if err != nil {
		return f, err
	}
	defer idle.kill()
	if f.with, err = l.settled(ctx, o.settle); err != nil {
		return f, err
	}
	if f.waitWith, err = visit(ctx, l.address, o.visitors, o.load); err != nil {
		return f, err
	}
	return f, idle.release()
}
