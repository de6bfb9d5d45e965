package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// wait is how long visitors waited for a page.
type wait struct {
	requests int
	p50, p99 time.Duration
}

// visit has visitors ask for the page for so long, each over a connection of its own and again as soon as it has its answer.
func visit(ctx context.Context, address string, visitors int, load time.Duration) (wait, error) {
	waited := make([][]time.Duration, visitors)
	failed := make([]error, visitors)
	until := time.Now().Add(load)
	var all sync.WaitGroup
	for i := range visitors {
		all.Go(func() { waited[i], failed[i] = askUntil(ctx, address, until) })
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return wait{}, fmt.Errorf("visitors: %w", err)
	}
	together := slices.Concat(waited...)
	slices.Sort(together)
	return wait{requests: len(together), p50: percentile(together, 50), p99: percentile(together, 99)}, nil
}

// askUntil is one visitor. It returns how long each answer took.
func askUntil(ctx context.Context, address string, until time.Time) (waited []time.Duration, err error) {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for began := time.Now(); began.Before(until); {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := ask(conn, r); err != nil {
			return nil, err
		}
		now := time.Now()
		waited, began = append(waited, now.Sub(began)), now
	}
	return waited, nil
}

var request = []byte("GET " + pagePath + " HTTP/1.1\r\nHost: idle.example\r\nUser-Agent: bench/idle\r\nAccept: */*\r\n\r\n")

// ask sends a request and reads its answer, which must be the page.
func ask(conn net.Conn, r *bufio.Reader) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || string(body) != page {
		return fmt.Errorf("an answer with status %d and %d bytes is not the page", response.StatusCode, len(body))
	}
	return nil
}

// percentile returns the least of ascending values that is not below p percent of them: the nearest rank. There is at least one.
func percentile(ascending []time.Duration, p int) time.Duration {
	return ascending[max(0, (len(ascending)*p+99)/100-1)]
}
