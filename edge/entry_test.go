package edge_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"lacquer/edge"
	"lacquer/policy"
	"lacquer/proxy"
)

// Access is told what is known of a transaction.
func TestEntry(t *testing.T) {
	record := proxy.Record{Status: 404, Bytes: 2, Cache: policy.CacheStatus{Hit: true}, Backend: "app", Waited: time.Second}
	s := &edge.Server{Trusted: trusted, Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		say(w, 404, "no")
		return record
	})}
	entries := make(chan edge.Entry, 1)
	s.Access = func(e *edge.Entry) { entries <- e.Clone() }
	address := start(t, s)
	begin := time.Now()
	exchange(t, address, "GET /a?b HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Request-Id: i\r\n"+
		"Authorization: Basic bWU6c2VjcmV0\r\nReferer: r\r\nUser-Agent: u\r\nConnection: close\r\n\r\n")
	got := <-entries
	if got.Time.Before(begin) || got.Duration <= 0 {
		t.Errorf("time %v, duration %v", got.Time, got.Duration)
	}
	got.Time, got.Duration = time.Time{}, 0
	want := edge.Entry{
		Client: netip.MustParseAddr("192.0.2.1"), Peer: netip.MustParseAddr("127.0.0.1"), RequestID: "i",
		Method: "GET", Scheme: "https", Host: "h", URI: "/a?b", Proto: "HTTP/1.1", Referer: "r", UserAgent: "u", User: "me",
		Status: 404, Bytes: 2, Backend: "app", Waited: time.Second, Record: record,
	}
	if got != want {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}
