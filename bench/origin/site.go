package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxBody bounds what is asked for by a path: a mistyped number of bytes is an error and not a crash.
const maxBody = 16 << 20

// site answers, and counts what it is asked. It may be used by any number of goroutines.
type site struct {
	requests atomic.Int64 // for pages; not for /requests
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/requests" {
		fmt.Fprintln(w, s.requests.Load())
		return
	}
	s.requests.Add(1)
	p, err := parsePath(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if p.delay > 0 {
		select {
		case <-time.After(p.delay):
		case <-r.Context().Done():
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(p.size))
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Etag", `"0123456789abcdef"`)
	h.Set("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT")
	_, _ = w.Write(p.body()) // a client that has left is no fault of the origin's
}

// page is what a path asks for.
type page struct {
	path  string
	size  int // bytes
	delay time.Duration
}

// parsePath reads /object/BYTES/NAME and /slow/MILLISECONDS/BYTES/NAME.
func parsePath(path string) (page, error) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	p := page{path: path}
	if len(parts) == 4 && parts[0] == "slow" {
		wait, err := strconv.ParseUint(parts[1], 10, 16)
		if err != nil {
			return page{}, fmt.Errorf("%s: %q is no number of milliseconds below 65536", path, parts[1])
		}
		p.delay = time.Duration(wait) * time.Millisecond
		parts = parts[1:]
	} else if len(parts) != 3 || parts[0] != "object" {
		return page{}, fmt.Errorf("%s: there are /object/BYTES/NAME and /slow/MILLISECONDS/BYTES/NAME", path)
	}
	size, err := strconv.ParseUint(parts[1], 10, 31)
	if err != nil || size > maxBody {
		return page{}, fmt.Errorf("%s: %q is no number of bytes up to %d", path, parts[1], maxBody)
	}
	p.size = int(size)
	return p, nil
}

// body is the path, over and over, to the length that was asked for.
func (p page) body() []byte {
	return []byte(strings.Repeat(p.path, p.size/len(p.path)+1)[:p.size])
}
