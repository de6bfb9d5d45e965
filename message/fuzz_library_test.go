package message_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"reflect"
	"strings"
	"testing"

	"lacquer/message"
)

// Whatever we serve net/http, a wide reader, reads the same: method, target, host, fields, body, and where the next message begins.
func FuzzRequestAgainstNetHTTP(f *testing.F) {
	addRequests(f)
	for _, c := range malformedChunks {
		if len(c.raw) < 1<<10 {
			f.Add([]byte("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + c.raw))
		}
	}
	f.Add([]byte("POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nabGET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1;a=\"b\"\r\na\r\n2\r\nbc\r\n0\r\nX: 1\r\n\r\nGET"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r message.Request
		v := r.Parse(raw, message.Limits{})
		if v.Outcome != message.Serve {
			return
		}
		reader := bufio.NewReaderSize(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\r\n"))), 64<<10)
		q, err := http.ReadRequest(reader)
		if err != nil {
			if strings.Contains(err.Error(), "bad trailer key") {
				return // the library refuses to announce some trailers, which we would leave out
			}
			t.Fatalf("%q is served, net/http: %v", raw, err)
		}
		compareRequests(t, raw, &r, v, q)
		compareBodies(t, raw, raw[v.Size:], v.Framing, r.Length, q.Body, reader, q.Trailer)
	})
}

// compareRequests compares heads.
func compareRequests(t *testing.T, raw []byte, r *message.Request, v message.Verdict, q *http.Request) {
	t.Helper()
	target := q.RequestURI
	if rest, ok := strings.CutPrefix(strings.ToLower(target), strings.ToLower(q.URL.Scheme)+"://"); ok && q.URL.Scheme != "" {
		target = target[len(target)-len(rest)+len(q.URL.Host):]
		if target == "" && r.Method == "OPTIONS" {
			target = "*"
		} else if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
	}
	if q.Method != r.Method || q.Host != r.Authority || target != r.URI() || q.ContentLength != r.Length {
		t.Fatalf("%q is served as %+v, net/http: %s %s host %s length %d", raw, r, q.Method, target, q.Host, q.ContentLength)
	}
	if !v.KeepAlive && !q.Close && r.Minor == 1 {
		t.Fatalf("%q closes the connection, not so in net/http", raw)
	}
	compareFields(t, raw, r.Header, q.Header)
}

// compareFields compares all but those that the library takes out or puts in.
func compareFields(t *testing.T, raw []byte, h message.Header, library http.Header) {
	t.Helper()
	want := canonical(h)
	for _, name := range []string{"Transfer-Encoding", "Trailer", "Host"} {
		delete(want, name)
		delete(library, name)
	}
	if want.Get("Pragma") == "no-cache" && want["Cache-Control"] == nil {
		delete(library, "Cache-Control")
	}
	if len(want) != len(library) || len(want) > 0 && !reflect.DeepEqual(want, library) {
		t.Fatalf("%q has fields %q, in net/http %q", raw, want, library)
	}
}

func canonical(h message.Header) http.Header {
	library := http.Header{}
	for _, f := range h {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		library[name] = append(library[name], f.Value)
	}
	return library
}

// compareBodies compares what follows a head: behind is all that we have of it, reader what is left of it once body was read.
func compareBodies(t *testing.T, raw, behind []byte, framing message.Framing, length int64, body io.Reader, reader *bufio.Reader, trailer http.Header) {
	t.Helper()
	want := decoded{err: io.EOF}
	switch framing {
	case message.NoBody:
		want.rest = string(behind)
	case message.UntilClose:
		want.body = string(behind)
	case message.ByLength:
		n := min(length, int64(len(behind)))
		want.body, want.rest = string(behind[:n]), string(behind[n:])
		if n < length {
			want.err = io.ErrUnexpectedEOF
		}
	case message.ByChunks:
		want = decode(string(behind), 1<<20)
	}
	got, err := io.ReadAll(body)
	switch want.err {
	case io.EOF:
		if err != nil && !isBeyondLibrary(err) {
			t.Fatalf("%q has body %q, net/http: %v", raw, want.body, err)
		}
		rest, _ := io.ReadAll(reader)
		if err == nil && (string(got) != want.body || string(rest) != want.rest) {
			t.Fatalf("%q has body %q and then %q, in net/http %q and %q", raw, want.body, want.rest, got, rest)
		}
		for name, values := range canonical(want.trailer) {
			if err == nil && !reflect.DeepEqual(trailer[name], values) && len(trailer) > 0 {
				t.Fatalf("%q has trailers %q, in net/http %q", raw, want.trailer, trailer)
			}
		}
	case io.ErrUnexpectedEOF:
		if err == nil {
			t.Fatalf("%q is cut short, net/http has all of it: %q", raw, got)
		}
	}
}

// isBeyondLibrary reports whether err is a limit of the library.
func isBeyondLibrary(err error) bool {
	return strings.Contains(err.Error(), "too much non-data") || strings.Contains(err.Error(), "suspiciously long trailer")
}

// Responses as requests.
func FuzzResponseAgainstNetHTTP(f *testing.F) {
	addResponses(f)
	f.Add([]byte(ok+"\r\nhello"), "GET")
	f.Fuzz(func(t *testing.T, raw []byte, method string) {
		var r message.Response
		v := r.Parse(raw, method, message.Limits{})
		if v.Outcome != message.Serve || method == "CONNECT" {
			return
		}
		reader := bufio.NewReaderSize(bytes.NewReader(raw), 64<<10)
		q, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			if strings.Contains(err.Error(), "bad trailer key") {
				return
			}
			t.Fatalf("%q to %s is served, net/http: %v", raw, method, err)
		}
		if q.StatusCode != r.Status || v.Framing == message.ByLength && q.ContentLength != r.Length {
			t.Fatalf("%q to %s is served as %+v, net/http: %d length %d", raw, method, r, q.StatusCode, q.ContentLength)
		}
		compareFields(t, raw, r.Header, q.Header)
		if r.Status != 101 { // behind which the library has no body, but the connection
			compareBodies(t, raw, raw[v.Size:], v.Framing, r.Length, q.Body, reader, q.Trailer)
		}
	})
}

// addChunks adds bodies in chunks, good ones and bad ones.
func addChunks(f *testing.F) {
	for _, raw := range []string{
		"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nGET", "A;a=b;c=\"d\\\";\"\r\n0123456789\r\n00;x\r\n\r\n", "1\r\na\r\n0\r\nX: 1\r\nY:\r\n\r\nrest", "0\r\nX: 1\r\n",
	} {
		f.Add([]byte(raw), 1)
	}
	for i, c := range malformedChunks {
		if len(c.raw) < 1<<10 {
			f.Add([]byte(c.raw), i)
		}
	}
}

// What we accept of a body the library reads the same, and what we print it reads as it was.
func FuzzChunkedAgainstNetHTTP(f *testing.F) {
	addChunks(f)
	f.Fuzz(func(t *testing.T, raw []byte, step int) {
		ours := decode(string(raw), 1+max(step, 0)%100)
		theirs, err := io.ReadAll(httputil.NewChunkedReader(bufio.NewReader(bytes.NewReader(raw))))
		if ours.err == io.EOF && (err != nil && !isBeyondLibrary(err) || err == nil && string(theirs) != ours.body) {
			t.Fatalf("%q is %q, in net/http %q, %v", raw, ours.body, theirs, err)
		}
		if ours.err != io.EOF && !strings.HasPrefix(string(theirs), ours.body) && !strings.HasPrefix(ours.body, string(theirs)) {
			t.Fatalf("%q begins with %q, in net/http with %q", raw, ours.body, theirs)
		}

		var printed []byte
		for piece := range bytes.SplitAfterSeq(raw, []byte("\n")) {
			printed = appendChunk(printed, piece)
		}
		h := message.Header{{Name: "X", Value: string(raw)}}
		printed = message.AppendLastChunk(printed, h)
		message.DropUnfitTrailers(&h)
		if again := decode(string(printed)+"GET", 1+max(step, 0)%100); len(raw) < 4<<10 && (again.err != io.EOF || again.body != string(raw) || again.rest != "GET" || len(again.trailer) != len(h)) {
			t.Fatalf("%q is printed %q, which is %+v", raw, printed, again)
		}
		if theirs, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(printed))); err != nil && !isBeyondLibrary(err) || err == nil && string(theirs) != string(raw) {
			t.Fatalf("%q is printed %q, in net/http %q, %v", raw, printed, theirs, err)
		}
	})
}
