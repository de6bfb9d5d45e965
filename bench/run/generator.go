package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"lacquer/bench/measure"
)

//go:embed load.lua
var loadLua string

func (b *bench) script() string { return filepath.Join(b.dir, "load.lua") }

// load asks a server for as many seconds as hard as it can. Misses are of objects of the group of
// that name alone; hits are of those that were warmed.
func (b *bench) load(ctx context.Context, r *running, group, warmed string, seconds int) (measure.Load, error) {
	if r.site.workload.speaks == http2TLS && r.server.tls(r.site.workload) {
		return b.h2load(ctx, r, warmed, seconds)
	}
	return b.wrk(ctx, r, group, warmed, seconds)
}

func (b *bench) wrk(ctx context.Context, r *running, group, warmed string, seconds int) (measure.Load, error) {
	w := r.site.workload
	path := w.stem(group)
	switch w.kind {
	case one:
		path = w.path(warmed, 0)
	case many:
		path = w.stem(warmed)
	}
	output, err := generate(ctx, w.loadCore(), []string{"LOAD=" + string(w.kind)}, "wrk",
		"--threads", "1", "--connections", strconv.Itoa(w.clients), "--duration", strconv.Itoa(seconds)+"s", "--timeout", "10s",
		"--script", b.script(), r.base+"/", "--", b.head, path, strconv.Itoa(w.objects))
	if err != nil {
		return measure.Load{}, err
	}
	return measure.ParseWRK(output)
}

func (b *bench) h2load(ctx context.Context, r *running, warmed string, seconds int) (measure.Load, error) {
	log := filepath.Join(r.site.dir, "h2load.log")
	defer os.Remove(log)
	args := []string{
		"h2load", "--threads", "1", "--clients", strconv.Itoa(h2Clients), "--max-concurrent-streams", strconv.Itoa(h2Streams),
		"--duration", strconv.Itoa(seconds), "--log-file", log,
	}
	for _, f := range browser {
		if f.name == "Host" {
			f.name = ":authority"
		}
		args = append(args, "--header", f.name+": "+f.value)
	}
	output, err := generate(ctx, loadCore, nil, append(args, r.base+r.site.workload.path(warmed, 0))...)
	if err != nil {
		return measure.Load{}, err
	}
	requests, err := os.Open(log)
	if err != nil {
		return measure.Load{}, err
	}
	defer requests.Close()
	return measure.ParseH2load(output, requests)
}

// generate runs a load generator on a core to its end and returns what it printed.
func generate(ctx context.Context, core int, environ []string, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(core)}, argv...)...)
	cmd.Env = append(os.Environ(), environ...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", argv[0], err, output.String())
	}
	return output.String(), nil
}
