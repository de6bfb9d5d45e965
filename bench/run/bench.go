package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lacquer/bench/report"
)

// bench is a run: what was built for it, and the origin that stands behind every server.
type bench struct {
	options
	dir         string // on a file system in memory where there is one; removed at the end
	binaries    binaries
	certificate certificate
	head        string // file of the browser's head
	origin      *origin
	started     int // servers so far; their names and objects are numbered by it
}

// prepare builds, and starts the origin. Whoever gets a bench closes it.
func prepare(ctx context.Context, o options) (b *bench, err error) {
	b = &bench{options: o}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.dir, err = os.MkdirTemp(inMemory(), "lacquer-bench-"); err != nil {
		return b, err
	}
	if b.binaries, err = build(ctx, b.dir); err != nil {
		return b, err
	}
	if b.certificate, err = makeCertificate(b.dir); err != nil {
		return b, err
	}
	b.head = filepath.Join(b.dir, "head")
	for file, text := range map[string]string{b.head: browserHead(), b.script(): loadLua} {
		if err = os.WriteFile(file, []byte(text), 0o644); err != nil {
			return b, err
		}
	}
	b.origin, err = startOrigin(ctx, b.binaries.origin)
	return b, err
}

// inMemory returns a directory of a file system in memory: where nginx stores is not to be a disk. Elsewhere than on Linux, and where there is
// none, it is the usual directory for temporary files.
func inMemory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func (b *bench) close() {
	if b.origin != nil {
		if err := b.origin.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	_ = os.RemoveAll(b.dir)
}

// measureAll goes round by round, in each row by row, in each server by server: what a server is compared with was measured within the same
// minute. With an error it returns what it has until then.
func (b *bench) measureAll(ctx context.Context) (*report.Results, error) {
	results, err := b.describe(ctx)
	if err != nil {
		return nil, err
	}
	for round := range b.mode.rounds {
		for _, w := range b.rows {
			for _, s := range b.servers {
				if !s.takesPart(w) {
					continue
				}
				sample, err := b.measurePatiently(ctx, s, w)
				if err != nil {
					return results, fmt.Errorf("%s, %s: %w", w.name, s.name, err)
				}
				results.Add(w.name, w.title, s.name, sample)
				fmt.Fprintf(os.Stderr, "round %d of %d  %-14s %-20s %9.2f µs %9.0f/s  %d to the origin\n",
					round+1, b.mode.rounds, w.name, s.name, sample.CPU, sample.Rate, sample.Origin)
			}
		}
	}
	return results, nil
}

// attempts is how often a server is measured before a sample that means nothing ends the run: somebody else may have had the core.
const attempts = 5

func (b *bench) measurePatiently(ctx context.Context, s server, w workload) (sample report.Sample, err error) {
	for attempt := 1; ; attempt++ {
		if sample, err = b.measure(ctx, s, w); attempt == attempts || !errors.Is(err, errImplausible) {
			return sample, err
		}
		fmt.Fprintf(os.Stderr, "once more: %s, %s: %v\n", w.name, s.name, err)
	}
}

// measure is what happens to a server in a round: it starts, is made to know what it serves, is loaded, and stops.
func (b *bench) measure(ctx context.Context, s server, w workload) (sample report.Sample, err error) {
	port, err := freePort()
	if err != nil {
		return sample, err
	}
	b.started++
	dir := filepath.Join(b.dir, fmt.Sprintf("server-%d", b.started))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return sample, err
	}
	defer os.RemoveAll(dir)
	r, err := s.start(ctx, site{
		dir: dir, listen: fmt.Sprintf("127.0.0.1:%d", port), port: port, origin: b.origin.address,
		certificate: b.certificate, binaries: b.binaries, workload: w,
	})
	if err != nil {
		return sample, err
	}
	defer func() {
		if stopped := r.stop(); err == nil {
			err = stopped
		}
	}()
	group := fmt.Sprintf("s%d", b.started)
	if w.kind == herd {
		return b.stampede(ctx, r, group)
	}
	if err := b.verify(ctx, r, group); err != nil {
		return sample, err
	}
	if err := b.warm(ctx, r, group); err != nil {
		return sample, err
	}
	// A second that does not count: memory grows, branches are learnt, connections to the origin open.
	if _, err := b.load(ctx, r, group+"-before", group, 1); err != nil {
		return sample, err
	}
	return b.count(ctx, r, group)
}

// count loads a server for as long as the mode says, and reads what it spent meanwhile.
func (b *bench) count(ctx context.Context, r *running, group string) (sample report.Sample, err error) {
	asked, err := b.origin.requests(ctx)
	if err != nil {
		return sample, err
	}
	spent, err := r.cpu()
	if err != nil {
		return sample, err
	}
	load, err := b.load(ctx, r, group+"-counted", group, b.mode.seconds)
	if err != nil {
		return sample, err
	}
	spentNow, err := r.cpu()
	if err != nil {
		return sample, err
	}
	askedNow, err := b.origin.requests(ctx)
	if err != nil {
		return sample, err
	}
	micros := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	sample = report.Sample{
		Requests: load.Requests,
		CPU:      micros(spentNow-spent) / float64(load.Requests),
		Rate:     load.PerSecond(),
		Busy:     (spentNow - spent).Seconds() / load.Duration.Seconds(),
		P50:      micros(load.P50),
		P99:      micros(load.P99),
		Origin:   askedNow - asked,
	}
	return sample, r.plausible(sample, load, spentNow-spent)
}
