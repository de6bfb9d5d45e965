package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// binaries are the programs of this repository that have a part.
type binaries struct {
	lacquer, origin, floor string
}

// build builds them into a directory. It is to be called from the root of the repository. To
// measure another Lacquer, name its binary in the environment's LACQUER.
func build(ctx context.Context, dir string) (b binaries, err error) {
	b = binaries{lacquer: os.Getenv("LACQUER"), origin: filepath.Join(dir, "origin"), floor: filepath.Join(dir, "floor")}
	if err := tool(ctx, "gcc", "-O2", "-Wall", "-Wextra", "-o", b.floor, "bench/floor.c"); err != nil {
		return b, err
	}
	if err := tool(ctx, "go", "build", "-o", b.origin, "lacquer/bench/origin"); err != nil {
		return b, err
	}
	if b.lacquer != "" {
		b.lacquer, err = filepath.Abs(b.lacquer) // servers are started in directories of their own
		return b, err
	}
	b.lacquer = filepath.Join(dir, "lacquer")
	return b, tool(ctx, "go", "build", "-trimpath", "-o", b.lacquer, "lacquer/cmd/lacquer") // as make build does
}

func tool(ctx context.Context, argv ...string) error {
	if output, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", argv[0], err, output)
	}
	return nil
}
