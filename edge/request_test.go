package edge_test

import (
	"fmt"
	"strings"
	"testing"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// What is refused never reaches the handler, the connection is closed, and the access log knows of it.
func TestRefused(t *testing.T) {
	entries := make(chan edge.Entry, 1)
	var last *proxy.Request
	s := &edge.Server{Handler: recorder(&last), Access: func(e *edge.Entry) { entries <- e.Clone() }}
	address := start(t, s)
	f := func(request string, want int) {
		t.Helper()
		last = nil
		c := dial(t, address)
		c.send(request)
		text, _ := c.rest() // returns only if the connection is closed
		if !strings.HasPrefix(text, fmt.Sprintf("HTTP/1.1 %d ", want)) {
			t.Errorf("%.60q: got %.60q, want %d", request, text, want)
		}
		if last != nil {
			t.Errorf("%.60q: the handler was asked", request)
		}
		e := <-entries
		if line := e.Method + " " + e.URI; e.Status != want || e.Client.String() != "127.0.0.1" || !strings.HasPrefix(request, strings.TrimRight(line, " ")) {
			t.Errorf("%.60q: logged with %d, line %.60q, client %v", request, e.Status, line, e.Client)
		}
	}

	// RFC 9112 section 3.2: forms of target.
	f("GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET ftp://b/ HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET * HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET /a#b HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET /a\x01b HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET /a\x7fb HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET /\xff HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("GET a HTTP/1.1\r\nHost: b\r\n\r\n", 400)
	f("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", 405)
	f("CONNECT / HTTP/1.1\r\nHost: b\r\n\r\n", 400)

	// RFC 9112 section 3.2: Host.
	f("GET / HTTP/1.1\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400)

	// RFC 9112 sections 6.1 and 6.2: framing, and what could be a second request behind it.
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400)
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", 400)
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400)
	f("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501)
	f("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na", 400)

	// RFC 9112 section 5: field lines.
	f("GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", 400)
	f("GET / HTTP/1.1\nHost: a\n\n", 400)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400)
	f("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400)

	// Versions.
	f("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)
	f("GET /\r\n\r\n", 400)
	f("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)

	// Limits: fields, bytes, what else is expected.
	f("GET / HTTP/1.1\r\nHost: a\r\n"+strings.Repeat("X: a\r\n", 200)+"\r\n", 431)
	f("GET / HTTP/1.1\r\nHost: a\r\nX: "+strings.Repeat("a", 80<<10)+"\r\n\r\n", 431)
	f("GET /"+strings.Repeat("a", 10<<10)+" HTTP/1.1\r\nHost: a\r\n\r\n", 414)
	f("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417)
}

// What is served reaches the handler as it was received.
func TestReceived(t *testing.T) {
	var last *proxy.Request
	address := start(t, &edge.Server{Handler: recorder(&last)})
	f := func(request string, want message.Request) {
		t.Helper()
		last = nil
		exchange(t, address, request)
		if last == nil {
			t.Fatalf("%.60q: the handler was not asked", request)
		}
		got, expected := *last.Request, want
		if fields := fmt.Sprint(got.Header); fields != fmt.Sprint(want.Header) {
			t.Errorf("%.60q: fields %v, want %v", request, got.Header, want.Header)
		}
		got.Header, expected.Header = nil, nil
		if fmt.Sprint(got) != fmt.Sprint(expected) {
			t.Errorf("%.60q: got\n%+v, want\n%+v", request, got, expected)
		}
		if (last.Body != nil) != (want.Length != 0) {
			t.Errorf("%.60q: body %v", request, last.Body)
		}
	}
	plain := message.Request{Method: "GET", Scheme: "http", Authority: "a", Path: "/", Major: 1, Minor: 1}
	with := func(change func(*message.Request)) message.Request {
		r := plain
		change(&r)
		return r
	}

	f("GET / HTTP/1.1\r\nHost: a\r\n\r\n", plain)
	f("GET / HTTP/1.0\r\nHost: a\r\n\r\n", with(func(r *message.Request) { r.Minor = 0 }))
	f("GET / HTTP/1.0\r\n\r\n", with(func(r *message.Request) { r.Minor, r.Authority = 0, "" }))

	// Paths and queries, none of them touched.
	f("GET //a/../%2e/b%2fc?d=%41&e HTTP/1.1\r\nHost: a\r\n\r\n", with(func(r *message.Request) {
		r.Path, r.Query, r.HasQuery = "//a/../%2e/b%2fc", "d=%41&e", true
	}))
	f("GET /? HTTP/1.1\r\nHost: a\r\n\r\n", with(func(r *message.Request) { r.HasQuery = true }))
	f("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", with(func(r *message.Request) { r.Method, r.Path = "OPTIONS", "*" }))

	// RFC 9112 section 3.2.2: absolute form, whose scheme is not how the client reached us.
	f("PURGE http://a:81/b HTTP/1.1\r\nHost: a:81\r\n\r\n", with(func(r *message.Request) {
		r.Method, r.Authority, r.Path = "PURGE", "a:81", "/b"
	}))
	f("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", plain)

	// Lines stay in order; names that alias others do not come in.
	f("GET / HTTP/1.1\r\nHost: a\r\nB: 2\r\nX_Forwarded_For: 1\r\nA: 1\r\nX.Y: 1\r\nb: 1\r\n\r\n", with(func(r *message.Request) {
		r.Header = message.Header{{Name: "B", Value: "2"}, {Name: "A", Value: "1"}, {Name: "b", Value: "1"}}
	}))

	// Bodies by length, in chunks, and none.
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", with(func(r *message.Request) {
		r.Method, r.Length, r.Header = "POST", 3, message.Header{{Name: "Content-Length", Value: "3"}}
	}))
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", with(func(r *message.Request) {
		r.Method, r.Length = "POST", message.Unknown
		r.Header = message.Header{{Name: "Transfer-Encoding", Value: "chunked"}}
	}))
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", with(func(r *message.Request) {
		r.Method, r.Header = "POST", message.Header{{Name: "Content-Length", Value: "0"}}
	}))
}

// FuzzRequest sends what it likes over a connection: the server survives, and what reaches the handler can be sent on.
func FuzzRequest(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	f.Add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	f.Add("POST http://a/%00?b HTTP/1.0\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4:5, [::1]\r\nTransfer-Encoding: chunked\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		var last *proxy.Request
		s := &edge.Server{Handler: recorder(&last), Trusted: trusted}
		converse(t, s, text)
		if s.Panics() > 0 {
			t.Fatalf("%q panicked", text)
		}
		if last == nil || last.Authority == "" { // HTTP/1.0 needs no Host, and what we send is HTTP/1.1
			return
		}
		printed := message.AppendRequest(nil, last.Request)
		var again message.Request
		if v := again.Parse(printed, message.Limits{}); v.Outcome != message.Serve {
			t.Errorf("%q was served, but %q would not be: %s", text, printed, v.Why)
		}
	})
}
