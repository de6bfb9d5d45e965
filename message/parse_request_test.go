package message_test

import (
	"strings"
	"testing"

	"lacquer/message"
)

// parse reads raw, which must be served as a whole.
func parse(t *testing.T, raw string) (message.Request, message.Verdict) {
	t.Helper()
	var r message.Request
	v := r.Parse([]byte(raw), message.Limits{})
	if v.Outcome != message.Serve {
		t.Fatalf("%q is not served: %+v", raw, v)
	}
	if v.Size != len(raw) || v.Status != 0 || v.Why != "" {
		t.Fatalf("%q has %d bytes and is served with %+v", raw, len(raw), v)
	}
	return r, v
}

func TestRequestTarget(t *testing.T) {
	f := func(line, fields, authority, path, query string, hasQuery bool) {
		t.Helper()
		r, _ := parse(t, line+"\r\n"+fields+"\r\n")
		if r.Authority != authority || r.Path != path || r.Query != query || r.HasQuery != hasQuery {
			t.Errorf("%q: authority %q path %q query %q %v, want %q %q %q %v", line,
				r.Authority, r.Path, r.Query, r.HasQuery, authority, path, query, hasQuery)
		}
		if r.Header.Has("Host") {
			t.Errorf("%q: Host is still among the fields", line)
		}
	}
	t.Run("RFC 9112 section 3.2.1 origin-form", func(t *testing.T) {
		f("GET / HTTP/1.1", host, "a.example", "/", "", false)
		// An empty query is a query.
		f("GET /a? HTTP/1.1", host, "a.example", "/a", "", true)
		// Only the first question mark divides.
		f("GET /a?b?c=/d HTTP/1.1", host, "a.example", "/a", "b?c=/d", true)
		// Percent-encoding and dots are left as they are.
		f("GET /%41%2f../a;b//c HTTP/1.1", host, "a.example", "/%41%2f../a;b//c", "", false)
		f("GET /%41 HTTP/1.1", host, "a.example", "/%41", "", false)
		// Two slashes begin a path, not an authority.
		f("GET //b.example/ HTTP/1.1", host, "a.example", "//b.example/", "", false)
		// A URI in a path is a path.
		f("GET /http://b.example/ HTTP/1.1", host, "a.example", "/http://b.example/", "", false)
		// What browsers leave unencoded.
		f("GET /a[b]|c?{d}^e`f\\\"%zz% HTTP/1.1", host, "a.example", "/a[b]|c", "{d}^e`f\\\"%zz%", true)
	})
	t.Run("RFC 9112 section 3.2.2 absolute-form", func(t *testing.T) {
		f("GET http://a.example/b?c HTTP/1.1", host, "a.example", "/b", "c", true)
		// The target's own spelling wins.
		f("PURGE HTTPS://A.example/b HTTP/1.1", host, "A.example", "/b", "", false)
		// An empty path is the root.
		f("GET http://a.example HTTP/1.1", host, "a.example", "/", "", false)
		f("GET http://a.example?b/c HTTP/1.1", host, "a.example", "/", "b/c", true)
		f("GET http://a.example? HTTP/1.1", host, "a.example", "/", "", true)
		f("GET http://a.example:8080/ HTTP/1.1", "Host: a.example:8080\r\n", "a.example:8080", "/", "", false)
		// HTTP/1.0 had no Host.
		f("GET http://a.example/ HTTP/1.0", "", "a.example", "/", "", false)
	})
	t.Run("RFC 9112 section 3.2.4 asterisk-form", func(t *testing.T) {
		f("OPTIONS * HTTP/1.1", host, "a.example", "*", "", false)
		// So is absolute-form without a path.
		f("OPTIONS http://a.example HTTP/1.1", host, "a.example", "*", "", false)
		f("OPTIONS http://a.example/ HTTP/1.1", host, "a.example", "/", "", false)
	})
	t.Run("RFC 9110 section 7.2 Host", func(t *testing.T) {
		f("GET / HTTP/1.1", "hOST:\t a.example \t\r\n", "a.example", "/", "", false)
		f("GET / HTTP/1.1", "Host: A-b_c.Example.:65535\r\n", "A-b_c.Example.:65535", "/", "", false)
		f("GET / HTTP/1.1", "Host: 127.0.0.1:80\r\n", "127.0.0.1:80", "/", "", false)
		f("GET / HTTP/1.1", "Host: [::1]\r\n", "[::1]", "/", "", false)
		f("GET / HTTP/1.1", "Host: [2001:DB8::1]:8080\r\n", "[2001:DB8::1]:8080", "/", "", false)
		// HTTP/1.0 may do without.
		f("GET / HTTP/1.0", "", "", "/", "", false)
	})
}

func TestRequestFields(t *testing.T) {
	f := func(line, name, value string) {
		t.Helper()
		r, _ := parse(t, "GET / HTTP/1.1\r\n"+host+line+"\r\n\r\n")
		if len(r.Header) != 1 || r.Header[0] != (message.Field{Name: name, Value: value}) {
			t.Errorf("%q: %q", line, r.Header)
		}
	}
	f("X: a", "X", "a")
	// White space round the value does not belong to it, within it does.
	f("X:a", "X", "a")
	f("X: \t a \t b \t ", "X", "a \t b")
	f("X:", "X", "")
	f("X:  ", "X", "")
	// Every tchar.
	f("!#$%&'*+-.^_`|~09azAZ: a", "!#$%&'*+-.^_`|~09azAZ", "a")
	// obs-text, and everything that is visible.
	f("X: \x80\xff !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "X", "\x80\xff !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
	// Values longer and shorter than what is looked at in one step, with tabs anywhere.
	for n := range 40 {
		value := "a" + strings.Repeat("\t\xffb", n) + "c"
		f("X: "+value, "X", value)
	}
}

// Values are looked at several bytes at a time: no control byte gets through at any place, and no other is taken for one.
func TestRequestFieldBytes(t *testing.T) {
	for c := range 256 {
		for at := range 24 {
			value := []byte(strings.Repeat("x", 24))
			value[at] = byte(c)
			var r message.Request
			v := r.Parse([]byte("GET / HTTP/1.1\r\n"+host+"X: a"+string(value)+"b\r\n\r\n"), message.Limits{})
			if control := (c < ' ' || c == 0x7f) && c != '\t'; control != (v.Outcome == message.Refuse) {
				t.Fatalf("byte %#x at %d: %+v", c, at, v)
			}
		}
	}
}

func TestRequestFieldsKeepTheirOrder(t *testing.T) {
	r, _ := parse(t, "GET / HTTP/1.1\r\nB: 1\r\na: 2\r\nHost: a.example\r\nb: 3\r\n\r\n")
	want := []message.Field{{Name: "B", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b", Value: "3"}}
	for i, f := range r.Header {
		if f != want[i] {
			t.Errorf("field %d is %q, want %q", i, f, want[i])
		}
	}
}

func TestRequestFraming(t *testing.T) {
	f := func(fields string, framing message.Framing, length int64) {
		t.Helper()
		r, v := parse(t, "POST / HTTP/1.1\r\n"+host+fields+"\r\n")
		if v.Framing != framing || r.Length != length {
			t.Errorf("%q: framing %d length %d, want %d %d", fields, v.Framing, r.Length, framing, length)
		}
	}
	f("", message.NoBody, 0)
	f("Content-Length: 0\r\n", message.NoBody, 0)
	f("content-length: 5\r\n", message.ByLength, 5)
	f("Content-Length: 007\r\n", message.ByLength, 7)
	f("Content-Length: 9223372036854775807\r\n", message.ByLength, 1<<63-1)
	f("Transfer-Encoding: chunked\r\n", message.ByChunks, message.Unknown)
	// Codings compare without regard to case (RFC 9112 section 7).
	f("transfer-encoding: Chunked\r\n", message.ByChunks, message.Unknown)
	f("Expect: 100-Continue\r\nContent-Length: 5\r\n", message.ByLength, 5)
}

// RFC 9112 section 9.3.
func TestRequestKeepAlive(t *testing.T) {
	f := func(version, fields string, want bool) {
		t.Helper()
		if _, v := parse(t, "GET / "+version+"\r\n"+host+fields+"\r\n"); v.KeepAlive != want {
			t.Errorf("%s %q: %v", version, fields, v.KeepAlive)
		}
	}
	f("HTTP/1.1", "", true)
	f("HTTP/1.1", "Connection: close\r\n", false)
	f("HTTP/1.1", "Connection: upgrade, , Close\r\n", false)
	f("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false)
	f("HTTP/1.1", "Connection: closed\r\n", true)
	f("HTTP/1.0", "", false)
	f("HTTP/1.0", "Connection: Keep-Alive\r\n", true)
	f("HTTP/1.0", "Connection: keep-alive, close\r\n", false)
	// A higher minor version is read as the highest known (RFC 9110 section 2.5).
	f("HTTP/1.9", "", true)
}

func TestRequestVersion(t *testing.T) {
	f := func(version string, minor uint8) {
		t.Helper()
		if r, _ := parse(t, "GET / "+version+"\r\n"+host+"\r\n"); r.Major != 1 || r.Minor != minor {
			t.Errorf("%s: %d.%d", version, r.Major, r.Minor)
		}
	}
	f("HTTP/1.0", 0)
	f("HTTP/1.1", 1)
	f("HTTP/1.2", 1)
}

func TestRequestMethod(t *testing.T) {
	f := func(method string) {
		t.Helper()
		if r, _ := parse(t, method+" / HTTP/1.1\r\n"+host+"\r\n"); r.Method != method {
			t.Errorf("%q: %q", method, r.Method)
		}
	}
	f("GET")
	// Methods are case-sensitive, and any token (RFC 9110 section 9.1).
	f("get")
	f("M-SEARCH")
	f("P")
	f("PRI")
	f("TRACE")
}

// RFC 9112 section 2.2: one empty line before the request line.
func TestRequestBehindEmptyLine(t *testing.T) {
	if r, _ := parse(t, "\r\nGET / HTTP/1.1\r\n"+host+"\r\n"); r.Method != "GET" {
		t.Errorf("method %q", r.Method)
	}
}

func TestRequestIncomplete(t *testing.T) {
	raw := "\r\nPOST http://a.example/a%20b?c HTTP/1.1\r\nX: a \t b\r\n" + host + "Content-Length: 5\r\n\r\n"
	var r message.Request
	for n := range len(raw) {
		if v := r.Parse([]byte(raw[:n]), message.Limits{}); v != (message.Verdict{}) {
			t.Errorf("%q: %+v", raw[:n], v)
		}
	}
	// The body does not belong to the head.
	if v := r.Parse([]byte(raw+"hello"), message.Limits{}); v.Outcome != message.Serve || v.Size != len(raw) {
		t.Errorf("%+v, want %d bytes", v, len(raw))
	}
}

// RFC 9113 section 3.4.
func TestRequestPreface(t *testing.T) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	var r message.Request
	for n := range len(preface) {
		if v := r.Parse([]byte(preface[:n]), message.Limits{}); v != (message.Verdict{}) {
			t.Errorf("%q: %+v", preface[:n], v)
		}
	}
	if v := r.Parse([]byte(preface+"\x00\x00\x00"), message.Limits{}); v != (message.Verdict{Outcome: message.HandOver}) {
		t.Errorf("%+v", v)
	}
}

func TestRequestLimits(t *testing.T) {
	f := func(raw string, lim message.Limits, status int) {
		t.Helper()
		var r message.Request
		v := r.Parse([]byte(raw), lim)
		if v.Status != status || status == 0 && v.Outcome != message.Serve {
			t.Errorf("%q with %+v: %+v", raw, lim, v)
		}
	}
	raw := "GET /abc HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n"
	line := len("GET /abc HTTP/1.1")
	// Each limit is the largest that is served.
	f(raw, message.Limits{Line: line, Bytes: len(raw), Fields: 2}, 0)
	f(raw, message.Limits{Line: line - 1}, 414)
	f(raw, message.Limits{Bytes: len(raw) - 1}, 431)
	f(raw, message.Limits{Fields: 1}, 431)
	// What follows the head does not count.
	f(raw+strings.Repeat("a", 100), message.Limits{Bytes: len(raw)}, 0)
	// A buffer as large as the limit that holds no whole head can never do so.
	f(raw[:20], message.Limits{Bytes: 20}, 431)
}

// browserHead is what a browser sends for a style sheet, 703 bytes in 14 fields.
const browserHead = "GET /wp-content/themes/twentytwentyfive/style.css?ver=6.8.1 HTTP/1.1\r\n" +
	"Host: www.example.org\r\n" +
	"Connection: keep-alive\r\n" +
	"sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\n" +
	"sec-ch-ua-mobile: ?0\r\n" +
	"sec-ch-ua-platform: \"Linux\"\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Sec-Fetch-Site: same-origin\r\n" +
	"Sec-Fetch-Mode: no-cors\r\n" +
	"Sec-Fetch-Dest: style\r\n" +
	"Referer: https://www.example.org/2025/11/hello-world/\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n" +
	"Cookie: _ga=GA1.1.1234567890.1700000000; consent=yes\r\n" +
	"\r\n"

func TestRequestParseAllocatesNothing(t *testing.T) {
	buf := []byte(browserHead)
	var r message.Request
	r.Parse(buf, message.Limits{}) // makes room for the fields
	if n := testing.AllocsPerRun(100, func() {
		if v := r.Parse(buf, message.Limits{}); v.Outcome != message.Serve {
			t.Fatalf("%+v", v)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The strings are views: nothing is copied, and a clone is.
func TestRequestParseInPlace(t *testing.T) {
	buf := []byte("GET /abc HTTP/1.1\r\n" + host + "X: def\r\n\r\n")
	var r message.Request
	r.Parse(buf, message.Limits{})
	c := r.Clone()
	for i := range buf {
		buf[i] = '#'
	}
	if r.Path != "####" || r.Header.Get("#") != "###" {
		t.Errorf("a copy: %+v", r)
	}
	if c.Method != "GET" || c.Path != "/abc" || c.Authority != "a.example" || c.Header.Get("x") != "def" {
		t.Errorf("a view: %+v", c)
	}
}

func TestRequestSchemeIsLeftAlone(t *testing.T) {
	r := message.Request{Scheme: "http"}
	r.Parse([]byte("GET https://a.example/ HTTP/1.1\r\n"+host+"\r\n"), message.Limits{})
	if r.Scheme != "http" {
		t.Errorf("scheme %q", r.Scheme)
	}
}

func BenchmarkRequestParse(b *testing.B) {
	buf := []byte(browserHead)
	var r message.Request
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		r.Parse(buf, message.Limits{})
	}
}

func BenchmarkHeaderGet(b *testing.B) {
	var r message.Request
	r.Parse([]byte(browserHead), message.Limits{})
	b.Run("Last", func(b *testing.B) {
		for b.Loop() {
			r.Header.Get("Cookie")
		}
	})
	b.Run("Absent", func(b *testing.B) {
		for b.Loop() {
			r.Header.Get("If-None-Match")
		}
	})
}
