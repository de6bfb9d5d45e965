package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"time"

	"lacquer/internal/daemon"
)

// watch waits for signals, and for a listener to fail. The first signal that ends lets the transactions under way end; the
// second does not.
func watch(d *daemon.Daemon, signals <-chan os.Signal, log *slog.Logger) error {
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGHUP {
				reload(d, log)
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

// reload reads the configuration anew. What is wrong with it is logged, and the present one stays.
func reload(d *daemon.Daemon, log *slog.Logger) {
	_, err := d.ReloadFor("SIGHUP")
	var wrong *daemon.Error
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		for _, p := range wrong.Problems {
			log.Error("the configuration was not reloaded", "at", p.Place.String(), "problem", p.Text)
		}
	default:
		log.Error("the configuration was not reloaded", "problem", err)
	}
}

// sameSignal is the time in which a second signal is taken for the first: supervisors send one to a process and to its group.
const sameSignal = time.Second

// drain stops d, and gives up on that at another signal.
func drain(d *daemon.Daemon, signals <-chan os.Signal, log *slog.Logger) error {
	stopped := make(chan error, 1)
	go func() { stopped <- d.Stop(context.Background()) }()
	began := time.Now()
	for {
		select {
		case err := <-stopped:
			if err != nil {
				return failure{fmt.Errorf("stop: %w", err)}
			}
			log.Info("stopped")
			return nil
		case s := <-signals:
			switch {
			case s == syscall.SIGHUP:
				log.Warn("the configuration is not reloaded while draining")
				continue
			case time.Since(began) < sameSignal:
				continue
			}
			return failure{fmt.Errorf("ended at once by a second signal (%v); transactions may have been cut", s)}
		}
	}
}
