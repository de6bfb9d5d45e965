package message_test

import (
	"slices"
	"testing"

	"lacquer/message"
)

func TestHasToken(t *testing.T) {
	f := func(want bool, values ...string) {
		t.Helper()
		if got := message.HasToken(lines("connection", values...), "Connection", "Upgrade"); got != want {
			t.Errorf("%q: %v", values, got)
		}
	}
	f(true, "upgrade")
	f(true, "keep-alive , UPGRADE\t")
	f(true, "close", "upgrade")
	f(true, ",,upgrade,")
	f(false)
	f(false, "")
	f(false, "upgrades, up grade, upgrade;q=1")
}

// RFC 9110 section 7.6.1.
func TestRemoveHopByHop(t *testing.T) {
	f := func(h message.Header, want ...message.Field) {
		t.Helper()
		got := h.Clone()
		message.RemoveHopByHop(&got)
		if !slices.Equal(got, want) {
			t.Errorf("%q\nleaves %q, want\n%q", h, got, want)
		}
	}
	type field = message.Field
	// Nothing to remove.
	f(nil)
	f(message.Header{{"X", "1"}, {"Y", "2"}}, field{"X", "1"}, field{"Y", "2"})
	// What belongs to a connection in any case.
	f(message.Header{{"connection", "close"}, {"Keep-Alive", "timeout=5"}, {"Proxy-Connection", "close"}, {"TE", "trailers"},
		{"Trailer", "X"}, {"Transfer-Encoding", "chunked"}, {"Upgrade", "websocket"}, {"Proxy-Authenticate", "Basic"},
		{"Proxy-Authorization", "Basic a"}, {"Proxy-Authentication-Info", "a"}, {"X", "1"}}, field{"X", "1"})
	// What Connection names, in several lines, wherever they stand.
	f(message.Header{{"A", "1"}, {"Connection", "b, a"}, {"B", "2"}, {"b", "3"}, {"C", "4"}, {"Connection", "close, X-d"}, {"x-D", "5"}, {"E", "6"}},
		field{"C", "4"}, field{"E", "6"})
	// Connection may name itself.
	f(message.Header{{"A", "1"}, {"Connection", "connection, a"}, {"B", "2"}}, field{"B", "2"})
	// What it must not take away.
	kept := message.Header{{"Host", "a"}, {"Content-Length", "5"}, {"Cache-Control", "private"}, {"Cookie", "a=1"}, {"Authorization", "Basic a"},
		{"Set-Cookie", "a=1"}, {"Vary", "Cookie"}, {"Via", "1.1 lacquer"}, {"X-Forwarded-For", "192.0.2.1"}}
	all := slices.Clone(kept)
	all.Add("Connection", "Host, Content-Length, Cache-Control, Cookie, Authorization, Set-Cookie, Vary, Via, X-Forwarded-For")
	f(all, kept...)
}

func TestConnectionAllocatesNothing(t *testing.T) {
	h := message.Header{{"X", "1"}, {"Connection", "x, y"}, {"Y", "2"}, {"TE", "trailers"}, {"Z", "3"}}
	work := make(message.Header, len(h))
	if n := testing.AllocsPerRun(100, func() {
		got := work
		copy(got, h)
		message.RemoveHopByHop(&got)
		message.HasToken(h, "Connection", "close")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
