package slow_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	// pause is what a visitor waits between an answer and the next request: enough to leave the processors to the attack.
	pause = 10 * time.Millisecond
	// patience is what a visitor waits for an answer. It is no demand on the machine but keeps the test from standing still.
	patience = 30 * time.Second
	// fewest is how many answers say that a visitor has asked all the time.
	fewest = 10
	// complaints is how many failures are told; after so many there is nothing new in them.
	complaints = 5
)

// visitor asks for the page, again and again, until it is told to end. What it counts may be read then.
type visitor struct {
	name   string
	url    string
	client *http.Client
	stop   chan struct{}
	ended  chan struct{}

	answers  int // that were the page, from the store
	slowest  time.Duration
	failures []string
}

// newVisitor returns a visitor with connections of its own: one that stays open, or a new one for each request.
func newVisitor(t *testing.T, name, base string, anew bool) *visitor {
	transport := &http.Transport{DisableKeepAlives: anew}
	t.Cleanup(transport.CloseIdleConnections)
	return &visitor{
		name:   name,
		url:    base + pagePath,
		client: &http.Client{Transport: transport, Timeout: patience},
		stop:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
}

// begin has it ask from now on.
func (v *visitor) begin() {
	go func() {
		defer close(v.ended)
		for len(v.failures) < complaints {
			began := time.Now()
			err := expect(v.client, v.url, page, "; hit")
			if took := time.Since(began); err != nil {
				v.failures = append(v.failures, fmt.Sprintf("after %v: %v", took.Round(time.Millisecond), err))
			} else {
				v.answers, v.slowest = v.answers+1, max(v.slowest, took)
			}
			select {
			case <-v.stop:
				return
			case <-time.After(pause):
			}
		}
	}()
}

// end waits for the answer to its last request.
func (v *visitor) end() {
	close(v.stop)
	<-v.ended
}

// expect asks for a page and reports whether it came whole, and with this in its Cache-Status.
func expect(client *http.Client, url, body, status string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch said := response.Header.Get("Cache-Status"); {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK || string(text) != body:
		return fmt.Errorf("status %d with %d bytes, not 200 with %d", response.StatusCode, len(text), len(body))
	case !strings.Contains(said, status):
		return fmt.Errorf("Cache-Status: %s, not with %q", said, status)
	}
	return nil
}
