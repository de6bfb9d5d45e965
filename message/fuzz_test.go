package message_test

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"lacquer/message"
)

// servedRequests are seeds that are served, one for each form.
var servedRequests = []string{
	browserHead,
	"GET / HTTP/1.0\r\n\r\n",
	"\r\nGET /a?b HTTP/1.1\r\n" + host + "\r\n",
	"POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
	"POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n\r\n",
	"PURGE http://a.example/b?c HTTP/1.1\r\n" + host + "\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
	"OPTIONS http://a.example HTTP/1.1\r\n" + host + "\r\n",
	"GET / HTTP/1.2\r\n" + host + "X:\t\xff \r\nConnection: close, a\r\n\r\n",
}

// addRequests adds seeds that are served and seeds that are refused.
func addRequests(f *testing.F) {
	for _, raw := range servedRequests {
		f.Add([]byte(raw))
	}
	for _, c := range refusedRequests {
		if len(c.raw) < 1<<10 {
			f.Add([]byte(c.raw))
		}
	}
}

// addResponses does so with responses, and the methods that they answer.
func addResponses(f *testing.F) {
	for _, raw := range []string{
		ok + "\r\n", ok + "Content-Length: 5\r\n\r\nhello", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
	} {
		f.Add([]byte(raw), "GET")
		f.Add([]byte(raw), "HEAD")
	}
	for _, c := range refusedResponses {
		if len(c.raw) < 1<<10 {
			f.Add([]byte(c.raw), "GET")
		}
	}
}

// Whatever is served is read alike once it is printed; and no head is served of which fewer bytes are refused.
func FuzzRequestParse(f *testing.F) {
	addRequests(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r message.Request
		v := r.Parse(raw, message.Limits{})
		checkVerdict(t, v, raw)
		if v.Outcome != message.Serve {
			return
		}
		for _, n := range []int{v.Size - 1, v.Size / 2, 1, 0} {
			if u := new(message.Request).Parse(raw[:n], message.Limits{}); u.Outcome != message.Incomplete {
				t.Fatalf("%q is served, of it %q is %+v", raw, raw[:n], u)
			}
		}
		if r.Authority == "" {
			return // HTTP/1.0 without Host cannot be said in HTTP/1.1
		}
		var again message.Request
		printed := message.AppendRequest(nil, &r)
		if v := again.Parse(printed, message.Limits{Line: 1 << 20, Bytes: 1 << 20}); v.Outcome != message.Serve || v.Size != len(printed) {
			t.Fatalf("%q is printed %q, which is %+v", raw, printed, v)
		}
		normalizeLength(r.Header, r.Length)
		if again.Minor = r.Minor; !reflect.DeepEqual(&again, &r) {
			t.Fatalf("%q is printed %q\n%+v, want\n%+v", raw, printed, again, r)
		}
	})
}

func checkVerdict(t *testing.T, v message.Verdict, raw []byte) {
	t.Helper()
	served, refused := v.Outcome == message.Serve, v.Outcome == message.Refuse
	if v.Size < 0 || v.Size > len(raw) || served != (v.Size > 0) || refused != (v.Status != 0) || refused != (v.Why != "") {
		t.Fatalf("%q: %+v", raw, v)
	}
	if !served && (v.KeepAlive || v.Framing != message.NoBody) {
		t.Fatalf("%q: %+v", raw, v)
	}
	if served && !bytes.HasSuffix(raw[:v.Size], []byte("\r\n\r\n")) {
		t.Fatalf("%q is served as %q", raw, raw[:v.Size])
	}
}

// normalizeLength writes a Content-Length as it is printed.
func normalizeLength(h message.Header, length int64) {
	for i := range h {
		if message.EqualFold(h[i].Name, "Content-Length") {
			h[i].Value = strings.TrimLeft(h[i].Value, "0")
			if length == 0 {
				h[i].Value = "0"
			}
		}
		if message.EqualFold(h[i].Name, "Transfer-Encoding") {
			h[i].Value = "chunked"
		}
	}
}

// Responses as requests.
func FuzzResponseParse(f *testing.F) {
	addResponses(f)
	f.Fuzz(func(t *testing.T, raw []byte, method string) {
		var r message.Response
		v := r.Parse(raw, method, message.Limits{})
		checkVerdict(t, v, raw)
		if v.Outcome != message.Serve || method == "CONNECT" {
			return
		}
		var again message.Response
		printed := message.AppendResponse(nil, &r)
		if v := again.Parse(printed, method, message.Limits{Line: 1 << 20, Bytes: 1 << 20}); v.Outcome != message.Serve || v.Size != len(printed) {
			t.Fatalf("%q is printed %q, which is %+v", raw, printed, v)
		}
		if r.Status < 200 || r.Status == 204 {
			r.Header.Del("Content-Length") // not printed
		}
		normalizeLength(r.Header, r.Length)
		if again.Minor = r.Minor; !reflect.DeepEqual(&again, &r) && len(r.Header) > 0 {
			t.Fatalf("%q is printed %q\n%+v, want\n%+v", raw, printed, again, r)
		}
	})
}

// Whatever is printed is one head: nothing in it begins another line.
func FuzzAppendRequest(f *testing.F) {
	f.Add("GET", "a.example", "/b", "c", "X", "1")
	f.Add("GET / HTTP/1.1\r\n", "a\r\nb", "/b\r\n", "c\nd", "X\r\nY", "1\r\n\r\nGET")
	f.Fuzz(func(t *testing.T, method, authority, path, query, name, value string) {
		r := message.Request{Method: method, Authority: authority, Path: path, Query: query, HasQuery: query != "",
			Header: message.Header{{Name: name, Value: value}, {Name: "Last", Value: "x"}}}
		printed := string(message.AppendRequest(nil, &r))
		inner, closed := strings.CutSuffix(printed, "\r\nLast: x\r\n\r\n")
		linesWanted := 2 // request line, Host, and the field if its name is one
		if message.IsToken(name) && !message.EqualFold(name, "Host") && !message.EqualFold(name, "Content-Length") && !message.EqualFold(name, "Transfer-Encoding") {
			linesWanted++
		}
		if parts := strings.Split(inner, "\r\n"); !closed || len(parts) != linesWanted || strings.Count(parts[0], " ") != 2 {
			t.Fatalf("%+v is printed %q", r, printed)
		}
		if strings.Count(inner, "\r") != linesWanted-1 || strings.Count(inner, "\n") != linesWanted-1 || strings.Contains(inner, "\x00") {
			t.Fatalf("%+v is printed %q", r, printed)
		}
	})
}

// So it is with responses, and what is read of them is what was printed.
func FuzzAppendResponse(f *testing.F) {
	f.Add(200, int64(5), "X", "1", "Content-Length", "6")
	f.Add(304, int64(-1), "Transfer-Encoding", "gzip", "transfer-encoding", "chunked")
	f.Add(204, int64(0), "X\r\nY", "1\r\n\r\nHTTP/1.1 200 OK", "", "a\x00b\rc")
	f.Fuzz(func(t *testing.T, status int, length int64, name1, value1, name2, value2 string) {
		r := message.Response{Status: 100 + max(status, -status, 0)%900, Length: max(length, message.Unknown),
			Header: message.Header{{Name: name1, Value: value1}, {Name: name2, Value: value2}, {Name: "Last", Value: "x"}}}
		printed := message.AppendResponse(nil, &r)
		var again message.Response
		v := again.Parse(printed, "GET", message.Limits{Line: 1 << 20, Bytes: 1 << 20})
		if v.Outcome == message.Refuse && len(printed) > 1<<10 {
			return // too many options of Connection
		}
		if v.Outcome != message.Serve || v.Size != len(printed) || again.Status != r.Status {
			t.Fatalf("%+v is printed %q, which is %+v %+v", r, printed, v, again)
		}
		for _, f := range again.Header {
			framing := message.EqualFold(f.Name, "Content-Length") || message.EqualFold(f.Name, "Transfer-Encoding")
			if !framing && f.Name != "Last" && f.Name != name1 && f.Name != name2 {
				t.Fatalf("%+v is printed %q: where does %q come from?", r, printed, f)
			}
		}
		bodyless := r.Status < 200 || r.Status == 204
		if !bodyless && again.Length != r.Length && (r.Status != 304 || again.Length != message.Unknown) {
			t.Fatalf("%+v is printed %q: a length of %d", r, printed, again.Length)
		}
	})
}

// What restricts is found wherever a line is cut, and nothing is out of range.
func FuzzParseCacheControl(f *testing.F) {
	for _, s := range []string{"public, max-age=60", `no-cache="a, b", x="\", no-store"`, `private="`, "max-age=1,max-stale,,", "=,=\"", "a=\"\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c := message.ParseCacheControl(lines("Cache-Control", value), "Cache-Control")
		for _, n := range []int64{c.MaxAge, c.SMaxAge, c.StaleWhileRevalidate, c.StaleIfError, c.MinFresh} {
			if n < message.Absent || n > 1<<31 {
				t.Fatalf("%q: %+v", value, c)
			}
		}
		if strings.Contains(c.NoCacheFields+c.PrivateFields, `"`) {
			t.Fatalf("%q: %+v", value, c)
		}
		// A directive before it and a line behind it count whatever it holds, and take nothing away.
		d := message.ParseCacheControl(lines("Cache-Control", "no-store,"+value, "max-age=0"), "Cache-Control")
		if !d.NoStore || d.MaxAge != 0 {
			t.Fatalf("%q hides its neighbours: %+v", value, d)
		}
		c.NoStore, c.MaxAge = true, 0
		if d != c {
			t.Fatalf("%q is read as %+v alone, as %+v among others", value, c, d)
		}
	})
}

func FuzzVary(f *testing.F) {
	f.Add("Accept-Encoding, Cookie", "gzip, br", "gzip,br")
	f.Add("X", `"a, b", c`, `"a,b",c`)
	f.Add("*", "", "")
	f.Fuzz(func(t *testing.T, vary, a, b string) {
		v := message.ParseVary(lines("Vary", vary))
		if again := message.ParseVary(lines("Vary", v.String())); again != v {
			t.Fatalf("%q: %+v printed and read is %+v", vary, v, again)
		}
		key := func(value string) string { return string(v.AppendKey(nil, lines("X", value))) }
		// Without white space round commas, values are the same or not.
		plain := func(s string) string { return strings.NewReplacer(" ", "", "\t", "").Replace(s) }
		if v.Has("X") && key(a) == key(b) && plain(a) != plain(b) {
			t.Fatalf("%q and %q are one variant", a, b)
		}
		if !v.Has("X") && key(a) != key(b) {
			t.Fatalf("%q and %q are two variants by %q", a, b, vary)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sunday, ", "0"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		when, ok := message.ParseDate(s, now)
		if !ok {
			return
		}
		if again, ok := message.ParseDate(message.FormatDate(when), now); !ok || !again.Equal(when) {
			if when.Year() <= 9999 { // a leap second may lead past it
				t.Fatalf("%q is %v, printed and read %v %v", s, when, again, ok)
			}
		}
		// The library reads more, but what both read is the same.
		if library, err := http.ParseTime(s); err == nil && !library.Equal(when) && !strings.Contains(s, "-") {
			t.Fatalf("%q is %v, in net/http %v", s, when, library)
		}
	})
}

func FuzzMatchesAny(f *testing.F) {
	f.Add(`"a", W/"b",, "c"`, `"b"`)
	f.Add(`*`, `"b"`)
	f.Add(`"a`, `a`)
	f.Fuzz(func(t *testing.T, list, etag string) {
		strong, weak := message.MatchesAny(list, etag, false), message.MatchesAny(list, etag, true)
		if strong && !weak {
			t.Fatalf("%q in %q: strongly but not weakly", etag, list)
		}
		if message.WeakMatch(list, etag) && !weak || message.StrongMatch(list, etag) && !strong {
			t.Fatalf("%q in %q: matches the only element, but not the list", etag, list)
		}
		if tag, ok := message.ParseETag(etag); weak && strings.Trim(list, " \t") != "*" && (!ok || !strings.Contains(list, `"`+tag.Opaque+`"`)) {
			t.Fatalf("%q is not in %q", etag, list)
		}
	})
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-5, 7-", "bytes=9-5", "bytes=0-1,,x"} {
		f.Add(s, int64(100))
	}
	f.Fuzz(func(t *testing.T, value string, size int64) {
		ranges, outcome := message.ParseRange(value, size)
		if (len(ranges) > 0) != (outcome == message.RangeSatisfiable) {
			t.Fatalf("%q of %d: %v %v", value, size, ranges, outcome)
		}
		for _, r := range ranges {
			if r.First < 0 || r.Last < r.First || r.Last >= size {
				t.Fatalf("%q of %d: %v", value, size, r)
			}
			c := message.ContentRange{First: r.First, Last: r.Last, Size: size}
			if again, ok := message.ParseContentRange(c.String()); !ok || again != c {
				t.Fatalf("%v printed and read is %v %v", c, again, ok)
			}
		}
		if c, ok := message.ParseContentRange(value); ok {
			if again, ok := message.ParseContentRange(c.String()); !ok || again != c {
				t.Fatalf("%v printed and read is %v %v", c, again, ok)
			}
		}
	})
}

// A filtered line holds exactly the cookies that are kept, and nothing named by Connection outlives it.
func FuzzCookiesAndConnection(f *testing.F) {
	f.Add("a=1; _b=2; c=3", "a, close")
	f.Add("_a;;b ; ", "cookie,,")
	f.Fuzz(func(t *testing.T, cookies, connection string) {
		keep := func(name string) bool { return !strings.HasPrefix(name, "_") }
		h := message.Header{{Name: "Cookie", Value: cookies}, {Name: "Connection", Value: connection}, {Name: "X", Value: "1"}}
		var want [][2]string
		for name, value := range message.Cookies(h) {
			if keep(name) {
				want = append(want, [2]string{name, value})
			}
		}
		message.FilterCookies(&h, keep)
		named := message.HasToken(h, "Connection", "X")
		message.RemoveHopByHop(&h)
		var got [][2]string
		for name, value := range message.Cookies(h) {
			got = append(got, [2]string{name, value})
		}
		if !reflect.DeepEqual(got, want) || h.Has("X") == named || h.Has("Connection") {
			t.Fatalf("%q %q: %q", cookies, connection, h)
		}
	})
}
