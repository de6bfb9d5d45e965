package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"lacquer/internal/daemon"
)

// serveFlags are the flags of serve as they were written.
type serveFlags struct {
	config    string
	logFormat string
	daemon.Flags
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:     "serve",
		Short:   "put the cache in front of a site",
		Example: "  lacquer serve --backend http://127.0.0.1:3000\n  lacquer serve -c lacquer.yaml --listen 127.0.0.1:8080",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("serve takes flags only, not %q; give the origin by --backend URL", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(f, c.ErrOrStderr())
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.config, "config", "c", "", "the configuration `FILE` (default lacquer.yaml in the usual places, else none)")
	flags.StringArrayVar(&f.Listen, "listen", nil, "`ADDRESS` where clients are served, may be repeated (default :8080)")
	flags.StringVar(&f.Backend, "backend", "", "`URL` of the origin, instead of the backends of the configuration")
	flags.StringVar(&f.Memory, "memory", "", "`SIZE` of what the process may use, such as 1GiB (default from the machine)")
	flags.StringVar(&f.State, "state", "", "`DIRECTORY` of the state (default /var/lib/lacquer or the user's own)")
	flags.StringVar(&f.Admin, "admin", "", "`ADDRESS` of the administration, or off (default 127.0.0.1:6082)")
	flags.StringVar(&f.logFormat, "log-format", "text", "`FORMAT` of the log on standard error: text or json")
	return c
}

// serve runs until a signal ends it, or a listener fails.
func serve(f serveFlags, stderr io.Writer) error {
	log, err := newLog(f.logFormat, stderr)
	if err != nil {
		return err
	}
	slog.SetDefault(log) // libraries that write to the standard logger write one line a fact, too
	config, err := loadConfig(f.config, f.Flags)
	if err != nil {
		return err
	}
	state, err := openState(config)
	if err != nil {
		return failure{err}
	}
	defer state.Close()
	if better := unsafeGo(runtime.Version()); better != "" {
		log.Warn("this binary was built with a version of Go that a client can crash; build it anew", "built", runtime.Version(), "with", better)
	}
	limitMemory(config.Cache.Memory)

	// Before anything is opened, so that no signal finds it half open.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	// A reader of the logs that goes away must not take the site down.
	signal.Ignore(syscall.SIGPIPE)

	d, err := daemon.Start(config, daemon.Host{State: state.Directory, Token: state.Token, Version: release(), Log: log})
	if err != nil {
		return failure{err}
	}
	if d.Admin() != "" {
		if err := state.WriteAdmin(d.Admin()); err != nil {
			return failure{errors.Join(err, d.Stop(context.Background()))}
		}
	}
	log.Info("serving",
		"addresses", d.Addresses(),
		"backend", whoIsAsked(config),
		"memory", config.Cache.Memory.String(),
		"purge", whoMayPurge(config.Purge),
		"config", cmp.Or(config.File, "none"),
		"state", state.Directory,
		"admin", cmp.Or(d.Admin(), "off"),
	)
	if usual := config.Admin; !usual.Explicit && d.Admin() != "" && d.Admin() != usual.Address {
		log.Warn("the usual address of the administration is in use, another one was taken", "usual", usual.Address, "admin", d.Admin())
	}
	return watch(d, signals, log)
}

func newLog(format string, w io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("--log-format: %q is no format; write text or json", format)
}

// loadConfig reads the configuration in a file, or where none is named, in the usual places.
func loadConfig(file string, flags daemon.Flags) (*daemon.Config, error) {
	if file == "" {
		file = findConfig(os.Getenv, exists)
	}
	config, err := daemon.Load(daemon.Source{File: file, Environ: os.Environ(), Flags: flags})
	var wrong *daemon.Error
	if err != nil && !(errors.As(err, &wrong) && wrong.WrongUsage()) {
		return nil, failure{err}
	}
	return config, err
}

func openState(config *daemon.Config) (*daemon.State, error) {
	directory, err := daemon.StateDirectory(config.State, os.Environ(), daemon.SystemState)
	if err != nil {
		return nil, err
	}
	return daemon.OpenState(directory)
}

// limitMemory tells the collector what the process may use, unless the environment has told it already.
func limitMemory(memory daemon.Size) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(daemon.HeapLimit(memory))
	}
}

// whoIsAsked says for the log which origin is asked, or which ones if rules choose.
func whoIsAsked(c *daemon.Config) string {
	if len(c.Backends) == 1 {
		return c.Backend.URL
	}
	texts := make([]string, len(c.Backends))
	for i, b := range c.Backends {
		texts[i] = b.Name + "=" + b.URL
	}
	return strings.Join(texts, ", ")
}

// whoMayPurge says it for the log. Behind another proxy everybody comes from there, so what is allowed only by default does not
// extend to what that proxy passes on.
func whoMayPurge(p daemon.Purge) string {
	if len(p.Allow) == 0 {
		return "nobody"
	}
	who := joinPrefixes(p.Allow)
	if !p.Explicit {
		who += " (by default, so not through another proxy)"
	}
	return who
}

func joinPrefixes(prefixes []netip.Prefix) string {
	texts := make([]string, len(prefixes))
	for i, p := range prefixes {
		texts[i] = p.String()
	}
	return strings.Join(texts, ", ")
}
