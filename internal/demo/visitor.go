package demo

import (
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// By what the demo's own requests are known in the log.
const (
	agentVisitor    = agentOwn + "visitor"
	agentHerd       = agentOwn + "herd"
	agentPurger     = agentOwn + "purger"
	agentSoftPurger = agentOwn + "soft purger"

	agentOwn = "lacquer-demo "
)

const (
	visitTime = 30 * time.Second
	maxPage   = 1 << 20 // bytes of a page that are read
)

// visitor asks Lacquer what a browser would, and what an application would when its content changed. It is safe for concurrent use.
type visitor struct {
	address string // host:port of Lacquer
	client  *http.Client
}

func newVisitor(address string, dial func(ctx context.Context, network, address string) (net.Conn, error)) *visitor {
	// Every request has a connection of its own, as those of strangers have, and a redirect is an answer.
	transport := &http.Transport{
		DialContext:       func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, address) },
		DisableKeepAlives: true,
	}
	return &visitor{address: address, client: &http.Client{
		Transport:     transport,
		Timeout:       visitTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// visit is what came of one request.
type visit struct {
	Path   string  `json:"path"`
	Status int     `json:"status"`
	Title  string  `json:"title"` // the page's first heading
	Cache  string  `json:"cache"` // Cache-Status
	Age    string  `json:"age"`   // of what came from the store, in seconds
	Took   float64 `json:"took"`  // milliseconds
	Result result  `json:"result"`
}

// visit asks for a page.
func (v *visitor) visit(ctx context.Context, path, agent string) (visit, error) {
	begin := time.Now()
	answer, err := v.ask(ctx, http.MethodGet, v.address, path, http.Header{"User-Agent": {agent}})
	if err != nil {
		return visit{}, err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(io.LimitReader(answer.Body, maxPage))
	if err != nil {
		return visit{}, fmt.Errorf("%s was cut: %w", path, err)
	}
	_, cache, _ := strings.Cut(answer.Header.Get("Cache-Status"), "; ")
	return visit{
		Path:   path,
		Status: answer.StatusCode,
		Title:  heading(string(page)),
		Cache:  cache,
		Age:    answer.Header.Get("Age"),
		Took:   milliseconds(time.Since(begin)),
		Result: resultOf(http.MethodGet, answer.StatusCode, parseStatus(cache)),
	}, nil
}

// heading returns the text of a page's first heading, "" if it has none.
func heading(page string) string {
	_, rest, _ := strings.Cut(page, "<h1>")
	text, _, found := strings.Cut(rest, "</h1>")
	if !found {
		return ""
	}
	return html.UnescapeString(text)
}

// purge has a page forgotten, under each of the names by which visitors have asked for it.
func (v *visitor) purge(ctx context.Context, names []string, path string, soft bool) error {
	fields := http.Header{"User-Agent": {agentPurger}}
	if soft {
		fields = http.Header{"User-Agent": {agentSoftPurger}, "Fastly-Soft-Purge": {"1"}}
	}
	for _, name := range names {
		answer, err := v.ask(ctx, "PURGE", name, path, fields.Clone())
		if err != nil {
			return err
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("PURGE %s was answered %s", path, answer.Status)
		}
	}
	return nil
}

func (v *visitor) ask(ctx context.Context, method, host, path string, fields http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header = fields
	return v.client.Do(r)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
