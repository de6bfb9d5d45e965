package message_test

import (
	"testing"

	"lacquer/message"
)

func TestAppendRequest(t *testing.T) {
	f := func(r message.Request, want string) {
		t.Helper()
		if got := string(message.AppendRequest(nil, &r)); got != want {
			t.Errorf("%+v is printed\n%q, want\n%q", r, got, want)
		}
	}
	// Host comes first, fields in their order.
	f(message.Request{Method: "GET", Authority: "a.example", Path: "/b", Query: "c", HasQuery: true,
		Header: message.Header{{"X", "1"}, {"y", ""}, {"X", "2"}}},
		"GET /b?c HTTP/1.1\r\nHost: a.example\r\nX: 1\r\ny: \r\nX: 2\r\n\r\n")
	// An empty query is a query, a query without HasQuery is none.
	f(message.Request{Method: "GET", Authority: "a", Path: "/", HasQuery: true}, "GET /? HTTP/1.1\r\nHost: a\r\n\r\n")
	f(message.Request{Method: "GET", Authority: "a", Path: "/", Query: "b"}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	f(message.Request{Method: "OPTIONS", Authority: "a", Path: "*"}, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
	// The version is our own, and Host is Authority alone.
	f(message.Request{Method: "GET", Authority: "a", Path: "/", Major: 2, Header: message.Header{{"host", "b"}}},
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

	t.Run("framing is what Length says", func(t *testing.T) {
		post := func(length int64, h message.Header, want string) {
			t.Helper()
			f(message.Request{Method: "POST", Authority: "a", Path: "/", Header: h, Length: length},
				"POST / HTTP/1.1\r\nHost: a\r\n"+want+"\r\n")
		}
		post(0, nil, "")
		post(0, message.Header{{"Content-Length", "5"}}, "Content-Length: 0\r\n")
		post(5, nil, "Content-Length: 5\r\n")
		// In its place, once.
		post(5, message.Header{{"content-length", "6"}, {"X", "1"}, {"Content-Length", "7"}}, "content-length: 5\r\nX: 1\r\n")
		post(5, message.Header{{"Transfer-Encoding", "chunked"}, {"X", "1"}}, "X: 1\r\nContent-Length: 5\r\n")
		post(message.Unknown, nil, "Transfer-Encoding: chunked\r\n")
		post(message.Unknown, message.Header{{"Content-Length", "6"}, {"Transfer-Encoding", "gzip"}, {"X", "1"}},
			"Transfer-Encoding: chunked\r\nX: 1\r\n")
	})
	t.Run("nothing begins another line or message", func(t *testing.T) {
		f(message.Request{Method: "GET / HTTP/1.1\r\nX:", Authority: "a\r\nX: 1", Path: "/a b\r\n?#\xc3", Query: "d e?", HasQuery: true,
			Header: message.Header{{"X", "1\r\nY: 2\x00"}, {"Z: 3\r\nX", "4"}, {"", "5"}}},
			"GET%20%2F%20HTTP%2F1.1%0D%0AX%3A /a%20b%0D%0A%3F%23%C3?d%20e? HTTP/1.1\r\nHost: a  X: 1\r\nX: 1  Y: 2 \r\n\r\n")
		// A path stays one.
		f(message.Request{Method: "GET", Authority: "a", Path: "http://b/"}, "GET /http://b/ HTTP/1.1\r\nHost: a\r\n\r\n")
		f(message.Request{Method: "GET", Authority: "a"}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	})
}

func TestAppendResponse(t *testing.T) {
	f := func(status int, length int64, h message.Header, want string) {
		t.Helper()
		got := string(message.AppendResponse(nil, &message.Response{Status: status, Length: length, Header: h}))
		if got != want {
			t.Errorf("%d %d %q is printed\n%q, want\n%q", status, length, h, got, want)
		}
	}
	const unknown = message.Unknown
	f(200, 5, nil, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
	f(200, 0, message.Header{{"X", "1"}}, "HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 0\r\n\r\n")
	f(200, 5, message.Header{{"Content-Length", "6"}, {"Transfer-Encoding", "chunked"}}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
	// Whoever sends an unknown length decides how.
	f(200, unknown, nil, "HTTP/1.1 200 OK\r\n\r\n")
	f(200, unknown, message.Header{{"Content-Length", "6"}}, "HTTP/1.1 200 OK\r\n\r\n")
	f(200, unknown, message.Header{{"Transfer-Encoding", "chunked"}}, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
	// RFC 9110 section 8.6: none with 1xx and 204, with 304 only that of the 200.
	f(204, 0, message.Header{{"Content-Length", "0"}}, "HTTP/1.1 204 No Content\r\n\r\n")
	f(103, 0, message.Header{{"Link", "</a>"}}, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
	f(304, 0, nil, "HTTP/1.1 304 Not Modified\r\n\r\n")
	f(304, 7, message.Header{{"Content-Length", "7"}}, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
	// The space stays where there is no phrase (RFC 9112 section 4).
	f(299, 0, nil, "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n")
	f(999, 0, nil, "HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n")
}

func TestAppendField(t *testing.T) {
	f := func(name, value, want string) {
		t.Helper()
		if got := string(message.AppendField([]byte("> "), name, value)); got != "> "+want {
			t.Errorf("%q %q is printed %q, want %q", name, value, got, want)
		}
	}
	f("X", "a \t\xff", "X: a \t\xff\r\n")
	f("X", "", "X: \r\n")
	f("X", "a\r\nY: b\x00\x7f", "X: a  Y: b  \r\n")
	f("X Y", "a", "")
	f("", "a", "")
}

func TestPrintAllocatesNothing(t *testing.T) {
	request, _ := parse(t, browserHead)
	response := message.Response{Status: 200, Length: 5, Header: message.Header{{"Content-Type", "text/html"}}}
	dst := make([]byte, 0, 1<<10)
	if n := testing.AllocsPerRun(100, func() {
		message.AppendRequest(dst, &request)
		message.AppendResponse(dst, &response)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStatusText(t *testing.T) {
	f := func(status int, want string) {
		t.Helper()
		if got := message.StatusText(status); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
	f(200, "OK")
	f(404, "Not Found")
	f(431, "Request Header Fields Too Large")
	f(511, "Network Authentication Required")
	// Not registered, and out of range.
	f(299, "")
	f(599, "")
	f(600, "")
	f(-1, "")
}
