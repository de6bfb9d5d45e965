package proxy_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
)

// film answers with a range of body, or all of it. change may change what the n-th request gets; nil changes nothing.
func film(body string, change func(n int, answer *origin.Response)) answerer {
	return func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
		const fields = "Cache-Control: max-age=600\nETag: \"v1\""
		size := int64(len(body))
		answer := page(200, fields, strings.NewReader(body))
		answer.Head.Length = size
		if ranges, found := message.ParseRange(r.Header.Get("Range"), size); found == message.RangeSatisfiable {
			part := ranges[0]
			answer = page(206, fmt.Sprintf("%s\nContent-Range: bytes %d-%d/%d", fields, part.First, part.Last, size), strings.NewReader(body[part.First:part.Last+1]))
			answer.Head.Length = part.Length()
		}
		if change != nil {
			change(n, answer)
		}
		return answer, nil
	}
}

// Who wants the whole gets the whole, whatever becomes of the rest that was asked for to complete a part (RFC 9110 section 15.3.7: a 206 answers a Range).
func TestRestIsNotTheWhole(t *testing.T) {
	body := strings.Repeat("0123456789", 15)
	f := func(name string, maxObject int64, change func(n int, answer *origin.Response), meanwhile func(*house)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, policy.Settings{MaxObject: maxObject}, film(body, change))
				h.ask("GET", "/film", "Range: bytes=0-74")
				var whole, part *screen
				var all sync.WaitGroup
				all.Go(func() { whole = h.ask("GET", "/film") })
				synctest.Wait()
				if meanwhile != nil {
					meanwhile(h)
				}
				all.Wait()
				if whole.head.Status != 200 || whole.body.String() != body {
					t.Errorf("the whole: %d, Content-Range %q, %d bytes", whole.head.Status, whole.head.Header.Get("Content-Range"), whole.body.Len())
				}
				part = h.ask("GET", "/film", "Range: bytes=60-89")
				if part.head.Status != 206 || part.body.String() != body[60:90] {
					t.Errorf("a part: %d, Content-Range %q, %q", part.head.Status, part.head.Header.Get("Content-Range"), part.body.String())
				}
			})
		})
	}

	f("completed", 0, nil, nil)
	f("too large together", 100, nil, nil)
	f("may not be stored", 0, func(n int, answer *origin.Response) {
		if n == 2 {
			answer.Head.Header.Add("Vary", "X-Forwarded-For")
		}
	}, nil)
	f("less than was asked for", 0, func(n int, answer *origin.Response) {
		if n == 2 {
			answer.Head.Header.Set("Content-Range", "bytes 100-149/150")
			answer.Head.Length, answer.Body = 50, page(206, "", strings.NewReader(body[100:])).Body
		}
	}, nil)
	f("purged meanwhile", 0, func(n int, _ *origin.Response) {
		if n == 2 {
			time.Sleep(time.Second)
		}
	}, func(h *house) { h.ask("PURGE", "/film") })
}
