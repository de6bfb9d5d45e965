package proxy_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
)

// A client that fetches alone, and leaves in the moment in which the head comes, leaves nothing behind that others would be cut by.
func TestLeavesAsTheHeadComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(ctx context.Context, n int, _ *message.Request) (*origin.Response, error) {
			if n == 1 {
				<-ctx.Done()
			}
			body, writer := io.Pipe()
			go func() {
				_, _ = writer.Write([]byte("hello"))
				time.Sleep(time.Second)
				writer.CloseWithError(ctx.Err())
			}()
			answer := page(200, "Cache-Control: public, max-age=60", nil)
			answer.Body = body
			return answer, nil
		})
		ctx, leave := context.WithCancel(context.Background())
		go h.as(ctx, client("127.0.0.1", false), "GET", "/", "Cookie: a=b")
		synctest.Wait()
		leave()
		synctest.Wait()
		if got := h.ask("GET", "/"); got.body.String() != "hello" || !got.finished {
			t.Errorf("%d %q %v", got.head.Status, got.body.String(), got.head.Header)
		}
	})
}
