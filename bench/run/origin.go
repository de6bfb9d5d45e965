package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// origin is the running site behind the servers.
type origin struct {
	*child
	address string // host:port
}

func startOrigin(ctx context.Context, binary string) (*origin, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	o := &origin{address: fmt.Sprintf("127.0.0.1:%d", port)}
	if o.child, err = start("origin", pinned(loadCore, binary, "--listen", o.address)); err != nil {
		return nil, err
	}
	if err := o.accepts(ctx, o.address); err != nil {
		_ = o.stop()
		return nil, err
	}
	return o, nil
}

// requests returns for how many pages the origin has been asked so far.
func (o *origin) requests(ctx context.Context) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.address+"/requests", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, fmt.Errorf("ask the origin what it was asked: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}
