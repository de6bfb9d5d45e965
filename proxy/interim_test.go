package proxy_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/proxy"
)

// hasty is an origin whose last hint comes together with its answer.
type hasty struct{}

func (hasty) Fetch(_ context.Context, r *origin.Request) (*origin.Response, error) {
	hint := message.Header{{Name: "Link", Value: "</style.css>; rel=preload"}}
	r.Interim(103, hint)
	time.Sleep(100 * time.Millisecond)
	r.Interim(103, hint)
	return page(200, "Cache-Control: max-age=60", strings.NewReader("page")), nil
}

// counting counts hints, and takes its time over each.
type counting struct {
	screen
	hints int
}

func (c *counting) Interim(int, message.Header) error {
	time.Sleep(time.Second)
	c.hints++
	return nil
}

// No hint is lost because the head comes in the same moment.
func TestHintsThatComeWithTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, nil)
		in := *h.Site()
		in.Backends = map[string]origin.Fetcher{"site": hasty{}}
		h.Swap(&in)
		for range 50 {
			got := new(counting)
			h.Serve(context.Background(), &proxy.Request{
				Request: &message.Request{Method: "GET", Scheme: "http", Authority: "site.example", Path: "/", Major: 1, Minor: 1},
				Client:  client("127.0.0.1", false), ID: "id",
			}, got)
			if got.hints != 2 || got.body.String() != "page" {
				t.Fatalf("%d hints, %q", got.hints, got.body.String())
			}
			h.ask("PURGE", "/")
		}
	})
}
