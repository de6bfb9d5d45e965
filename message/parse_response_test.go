package message_test

import (
	"testing"

	"lacquer/message"
)

func TestResponseFraming(t *testing.T) {
	f := func(method, raw string, framing message.Framing, length int64, keepAlive bool) {
		t.Helper()
		var r message.Response
		v := r.Parse([]byte(raw+"\r\n"), method, message.Limits{})
		want := message.Verdict{Outcome: message.Serve, Size: len(raw) + 2, Framing: framing, KeepAlive: keepAlive}
		if v != want || r.Length != length {
			t.Errorf("%s %q:\n%+v length %d, want\n%+v length %d", method, raw, v, r.Length, want, length)
		}
	}
	const unknown = message.Unknown
	t.Run("RFC 9112 section 6.3", func(t *testing.T) {
		// HEAD, 1xx, 204 and 304 have no body whatever the fields say.
		f("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", message.NoBody, 5, true)
		f("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", message.NoBody, unknown, true)
		f("HEAD", "HTTP/1.1 200 OK\r\n", message.NoBody, unknown, true)
		f("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", message.NoBody, 5, true)
		f("GET", "HTTP/1.1 304 Not Modified\r\n", message.NoBody, unknown, true)
		f("GET", "HTTP/1.1 204 No Content\r\n", message.NoBody, 0, true)
		f("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", message.NoBody, 0, true)
		f("GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n", message.NoBody, 0, true)
		// Behind 101 comes another protocol.
		f("GET", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n", message.NoBody, 0, false)
		// So it does behind a tunnel that was opened.
		f("CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", message.UntilClose, unknown, false)
		f("GET", ok+"Transfer-Encoding: chunked\r\n", message.ByChunks, unknown, true)
		f("GET", ok+"Content-Length: 5\r\n", message.ByLength, 5, true)
		f("GET", ok+"Content-Length: 0\r\n", message.NoBody, 0, true)
		// Without either the body ends with the connection.
		f("GET", ok, message.UntilClose, unknown, false)
		f("GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", message.UntilClose, unknown, false)
	})
	t.Run("RFC 9112 section 9.3", func(t *testing.T) {
		f("GET", ok+"Content-Length: 5\r\nConnection: close\r\n", message.ByLength, 5, false)
		f("GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", message.ByLength, 5, false)
		f("GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n", message.ByLength, 5, true)
	})
}

func TestResponseStatusLine(t *testing.T) {
	f := func(line string, status int, minor uint8) {
		t.Helper()
		var r message.Response
		v := r.Parse([]byte(line+"\r\nX: a\r\n\r\n"), "GET", message.Limits{})
		if v.Outcome != message.Serve || r.Status != status || r.Major != 1 || r.Minor != minor || r.Header.Get("X") != "a" {
			t.Errorf("%q: %+v %+v", line, v, r)
		}
	}
	f("HTTP/1.1 200 OK", 200, 1)
	// Any reason phrase, an empty one, none at all.
	f("HTTP/1.1 404 Seite nicht gefunden\t\xfc", 404, 1)
	f("HTTP/1.1 200 ", 200, 1)
	f("HTTP/1.1 200", 200, 1)
	f("HTTP/1.0 999 x", 999, 0)
	f("HTTP/1.2 100 Continue", 100, 1)
}

func TestResponseIncomplete(t *testing.T) {
	raw := "HTTP/1.1 200 OK\r\nX: a\r\nContent-Length: 5\r\n\r\n"
	var r message.Response
	for n := range len(raw) {
		if v := r.Parse([]byte(raw[:n]), "GET", message.Limits{}); v != (message.Verdict{}) {
			t.Errorf("%q: %+v", raw[:n], v)
		}
	}
	if v := r.Parse([]byte(raw+"hello"), "GET", message.Limits{}); v.Outcome != message.Serve || v.Size != len(raw) {
		t.Errorf("%+v, want %d bytes", v, len(raw))
	}
}

func TestResponseLimits(t *testing.T) {
	f := func(raw string, lim message.Limits, want message.Outcome) {
		t.Helper()
		var r message.Response
		if v := r.Parse([]byte(raw), "GET", lim); v.Outcome != want {
			t.Errorf("%q with %+v: %+v", raw, lim, v)
		}
	}
	raw := "HTTP/1.1 200 OK\r\nX: a\r\nHost: b\r\n\r\n"
	f(raw, message.Limits{Line: 15, Bytes: len(raw), Fields: 2}, message.Serve)
	f(raw, message.Limits{Line: 14}, message.Refuse)
	f(raw, message.Limits{Bytes: len(raw) - 1}, message.Refuse)
	f(raw, message.Limits{Fields: 1}, message.Refuse)
}

func TestResponseParseAllocatesNothing(t *testing.T) {
	buf := []byte(ok + "Server: a\r\nCache-Control: max-age=60\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n")
	var r message.Response
	r.Parse(buf, "GET", message.Limits{}) // makes room for the fields
	if n := testing.AllocsPerRun(100, func() { r.Parse(buf, "GET", message.Limits{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
