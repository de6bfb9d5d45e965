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

// hinting is an origin that sends an early hint before a page of 2000 bytes that does not tell its length.
type hinting struct{}

func (hinting) Fetch(_ context.Context, r *origin.Request) (*origin.Response, error) {
	r.Interim(103, nil)
	return page(200, "Cache-Control: max-age=60", strings.NewReader(strings.Repeat("0123456789", 200))), nil
}

// slowScreen is a client that takes its time over hints.
type slowScreen struct{ screen }

func (*slowScreen) Interim(int, message.Header) error {
	time.Sleep(time.Second)
	return nil
}

// Several ranges are sent of a body that is not kept, as far as they can be: what came together with the end of one may belong to the next, and there is no way back.
func TestRangesOfWhatIsNotKept(t *testing.T) {
	f := func(ranges, wantBody string, wantRanges int) {
		synctest.Test(t, func(t *testing.T) {
			h := open(t, policy.Settings{MaxObject: 1000}, nil)
			in := *h.Site()
			in.Backends = map[string]origin.Fetcher{"site": hinting{}}
			h.Swap(&in)
			got := new(slowScreen)
			h.Serve(context.Background(), &proxy.Request{
				Request: &message.Request{
					Method: "GET", Scheme: "http", Authority: "site.example", Path: "/", Major: 1, Minor: 1,
					Header: message.Header{{Name: "Range", Value: ranges}},
				},
				Client: client("127.0.0.1", false), ID: "id",
			}, got)
			if n := strings.Count(got.body.String(), wantBody); n != wantRanges || !got.finished {
				t.Errorf("%s: %d times, finished %v: %d %v", ranges, n, got.finished, got.head.Status, got.head.Header)
			}
		})
	}
	f("bytes=0-9,1000-1009", "\r\n\r\n0123456789\r\n", 2)
	f("bytes=1000-1009,0-9", "0123456789", 200)
}
