package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"

	"lacquer/internal/daemon"
)

// watch waits for signals, and for a listener to fail. The first signal that ends lets the transactions under way end; the
// second does not.
func watch(d *daemon.Daemon, signals <-chan os.Signal, log *slog.Logger) error {
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGHUP {
				sayNoReload(log)
				continue
			}
			log.Info("draining", "signal", s.String(), "at_most", daemon.DrainTime.String())
			return drain(d, signals, log)
		case err := <-d.Failed():
			log.Error("a listener failed, so everything stops", "error", err)
			return failure{errors.Join(err, drain(d, signals, log))}
		}
	}
}

func sayNoReload(log *slog.Logger) {
	log.Warn("reload is not in this version; the configuration is read at the next start")
}

// drain stops d, and gives up on that at a signal.
func drain(d *daemon.Daemon, signals <-chan os.Signal, log *slog.Logger) error {
	stopped := make(chan error, 1)
	go func() { stopped <- d.Stop(context.Background()) }()
	for {
		select {
		case err := <-stopped:
			if err != nil {
				return failure{fmt.Errorf("stop: %w", err)}
			}
			log.Info("stopped")
			return nil
		case s := <-signals:
			if s == syscall.SIGHUP {
				sayNoReload(log)
				continue
			}
			return failure{fmt.Errorf("ended at once by a second signal (%v); transactions may have been cut", s)}
		}
	}
}
