package e2e_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"lacquer/e2e/story"
	"lacquer/internal/daemon"
)

// machine is what the house sees of the machine: as much memory on every one.
var machine = fstest.MapFS{"proc/meminfo": {Data: []byte("MemAvailable: 131072 kB\n")}}

// house is a Lacquer in a story's network.
type house struct {
	*daemon.Daemon
	source daemon.Source
}

// Reload takes another configuration.
func (h *house) Reload(config []byte) error {
	h.source.Data = config
	_, err := h.Daemon.Reload()
	return err
}

// start starts the whole house in the story's network.
func start(config []byte, host story.Host) (story.House, error) {
	h := &house{source: daemon.Source{File: "lacquer.yaml", Data: config, System: machine, Files: host.Files}}
	load := func() (*daemon.Config, error) { return daemon.Load(h.source) }
	cfg, err := load()
	if err != nil {
		return nil, err
	}
	h.Daemon, err = daemon.Start(cfg, daemon.Host{
		Listen:    host.Network.Listen,
		Dial:      host.Network.Dial,
		Log:       slog.New(slog.NewTextHandler(host.Log, nil)),
		AccessLog: host.AccessLog,
		Load:      load,
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// TestStories plays all stories. One alone: go test ./e2e -run 'TestStories/^herd_cold_page$'.
func TestStories(t *testing.T) {
	for _, path := range glob(t, "testdata/script/*.txtar") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			story.Play(t, read(t, path), start)
		})
	}
}

// TestExamples plays the stories of the examples, each with the configuration that the example shows.
func TestExamples(t *testing.T) {
	for _, path := range glob(t, "../vcl-examples/*/story.txtar") {
		folder := filepath.Dir(path)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			config, err := os.ReadFile(filepath.Join(folder, "lacquer.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			story.Play(t, read(t, path), func(_ []byte, host story.Host) (story.House, error) {
				return start(config, host)
			})
		})
	}
}

// glob returns the files that match, of which there must be some.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories at %s (%v)", pattern, err)
	}
	return paths
}

func read(t *testing.T, path string) *story.Script {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	script, err := story.Parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return script
}
