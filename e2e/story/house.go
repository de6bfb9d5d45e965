package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing/fstest"
	"time"

	"lacquer/internal/memnet"
)

// defaultConfig is the configuration of a story without a lacquer.yaml. One with its own names http://origin:80 as backend and
// listens on :8080, where clients expect it.
const defaultConfig = `listen: [":8080"]
backends: {default: "http://origin:80"}
`

// House is a proxy that runs. Stop drains it until ctx is done.
type House interface {
	Stop(ctx context.Context) error
}

// Reloader is a House that can take another configuration while it runs. If it fails, the present one stays.
type Reloader interface {
	Reload(config []byte) error
}

// Host is what a house gets to live in.
type Host struct {
	Network   *memnet.Network
	Files     fstest.MapFS // the story's files, beside its configuration
	Log       io.Writer    // what it has to say to its operator
	AccessLog io.Writer
}

// Starter starts a house with this configuration, in YAML.
type Starter func(config []byte, host Host) (House, error)

// drainTime is how long a house may take to stop.
const drainTime = time.Minute

var errNotRunning = errors.New("the proxy does not run")

// startProxy starts the house, if it does not run yet.
func (s *Story) startProxy() error {
	if s.house != nil {
		return nil
	}
	config, ok := s.script.files["lacquer.yaml"]
	if !ok {
		config = defaultConfig
	}
	house, err := s.start([]byte(config), Host{
		Network:   s.network,
		Files:     s.script.mapFS(),
		Log:       transcriptWriter{s, "proxy"},
		AccessLog: &s.accessLog,
	})
	if err != nil {
		return err
	}
	s.house = house
	s.note("proxy", "runs")
	return nil
}

// mapFS returns the files of a script.
func (s *Script) mapFS() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range s.files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// reloadProxy lets the house take another configuration: a file of the story.
func (s *Story) reloadProxy(file string) error {
	config, ok := s.script.files[file]
	if !ok {
		return fmt.Errorf("there is no file %s", file)
	}
	if err := s.startProxy(); err != nil {
		return err
	}
	house, ok := s.house.(Reloader)
	if !ok {
		return errors.New("this proxy cannot reload")
	}
	return house.Reload([]byte(config))
}

// stopProxy drains the house and waits until it is done.
func (s *Story) stopProxy() error {
	if s.house == nil {
		return errNotRunning
	}
	house := s.house
	s.house = nil
	s.note("proxy", "stops")
	stopped := make(chan error, 1)
	go func() { stopped <- stop(house) }()
	select {
	case err := <-stopped:
		return err
	case <-time.After(2 * drainTime):
		return fmt.Errorf("the proxy has not stopped after %v", 2*drainTime)
	}
}

func stop(house House) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return house.Stop(ctx)
}

// drainProxy begins to stop the house and does not wait.
func (s *Story) drainProxy() error {
	if s.house == nil {
		return errNotRunning
	}
	house := s.house
	s.house = nil
	s.note("proxy", "drains")
	s.running.Go(func() {
		if err := stop(house); err != nil {
			s.fail("proxy: draining: %v", err)
		}
		s.note("proxy", "has drained")
	})
	return nil
}
