package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"lacquer/internal/daemon"
	"lacquer/internal/demo"
)

// demoDrainTime is how long the demo lets requests go on that are under way when it ends.
const demoDrainTime = 3 * time.Second

func demoCommand() *cobra.Command {
	var o demo.Options
	c := &cobra.Command{
		Use:     "demo",
		Short:   "show a slow little site behind the cache, and a page that says what to try",
		Example: "  lacquer demo\n  lacquer demo --listen 127.0.0.1:9000",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("demo takes flags only, not %q", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return runDemo(o, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Listen, "listen", "", "`ADDRESS` of the site (default "+demo.DefaultListen+", or a free port if that is in use)")
	flags.StringVar(&o.Control, "control", "", "`ADDRESS` of the control page, on loopback (default "+demo.DefaultControl+", a free port)")
	return c
}

// runDemo runs until a signal ends it, or a listener fails.
func runDemo(o demo.Options, stdout, stderr io.Writer) error {
	// Before anything is opened, so that no signal finds it half open.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)

	// What the demo does on purpose, such as to take the origin down, is no news to whoever does it.
	o.Host.Log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := demo.Start(o)
	var address *demo.AddressError
	var configuration *daemon.Error
	switch {
	case errors.As(err, &address) || errors.As(err, &configuration):
		return err
	case err != nil:
		return failure{err}
	}
	sayHowToTry(stdout, d)
	select {
	case <-signals:
		err = nil
	case err = <-d.Failed():
	}
	if err = errors.Join(err, endDemo(d, signals)); err != nil {
		return failure{err}
	}
	return nil
}

func sayHowToTry(w io.Writer, d *demo.Demo) {
	fmt.Fprintf(w, `Lacquer demo: a slow little site, and a cache in front of it.

  control page   %[1]s
  the site       %[2]s

Open the control page and try this:
  1. Open a page of the site twice: the first time is a miss, the second a hit.
  2. Change an article: visitors get the old one until you purge it, hard or softly.
  3. Send a herd: a hundred visitors at once, and one fetch from the origin.
  4. Take the origin down: what is stored is served all the same.
  5. Ask by hand: curl -s -o /dev/null -D - %[2]s/ | grep -i cache-status

Ctrl-C ends it.
`, d.ControlURL(), d.SiteURL())
}

// endDemo ends the demo in good order; a second signal cuts what is under way.
func endDemo(d *demo.Demo, signals <-chan os.Signal) error {
	ctx, cancel := context.WithTimeout(context.Background(), demoDrainTime)
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-over:
		}
	}()
	return d.Stop(ctx)
}
