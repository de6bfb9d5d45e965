package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lacquer/message"
)

// RFC 9110 section 6.5.1.
func TestDropUnfitTrailers(t *testing.T) {
	stays := func(name, value string) {
		t.Helper()
		h := message.Header{{Name: name, Value: value}}
		if message.DropUnfitTrailers(&h); len(h) != 1 || h[0].Value != value {
			t.Errorf("%s: %s is taken off", name, value)
		}
	}
	goes := func(names ...string) {
		t.Helper()
		for _, name := range names {
			for _, spelled := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
				h := message.Header{{Name: "Server-Timing", Value: "a"}, {Name: spelled, Value: "1"}, {Name: "Digest", Value: "b"}}
				if message.DropUnfitTrailers(&h); len(h) != 2 || h.Has(name) {
					t.Errorf("%s stays", spelled)
				}
			}
		}
	}
	// What trailers are for: what is known only when the body is.
	stays("Server-Timing", "total;dur=12")
	stays("Content-Digest", "sha-256=:YQ==:")
	stays("Repr-Digest", "sha-256=:YQ==:")
	stays("Content-MD5", "YQ==")
	stays("Signature", "sig1=:YQ==:")
	stays("grpc-status", "0")
	stays("grpc-status-details-bin", "CAA")
	stays("X-Anything", "")
	stays("X-Checksum", "caf\xe9\tb")

	// Framing and routing.
	goes("Content-Length", "Transfer-Encoding", "Trailer", "Host", "TE", "Connection", "Upgrade", "Keep-Alive")
	// What changes how a request is understood.
	goes("Cache-Control", "Expect", "Max-Forwards", "Pragma", "Range", "If-Match", "If-None-Match", "If-Range", "If-Unmodified-Since")
	// Who asks.
	goes("Authorization", "WWW-Authenticate", "Proxy-Authorization", "Proxy-Anything", "Cookie", "Set-Cookie", "Forwarded",
		"X-Forwarded-For", "X-Forwarded-Anything", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "Origin", "Sec-Fetch-Site")
	// For what, behind the back of the key.
	goes("X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "Proxy")
	// What a cache goes by.
	goes("Age", "Date", "Expires", "Vary", "ETag", "Last-Modified", "CDN-Cache-Control", "No-Vary-Search", "Cache-Groups", "Cache-Status")
	// What says how to read the body, and what a browser does with it.
	goes("Content-Type", "Content-Encoding", "Content-Range", "Content-Location", "Content-Language", "Location", "Retry-After",
		"Content-Security-Policy", "Access-Control-Allow-Origin", "Strict-Transport-Security", "Alt-Svc", "Clear-Site-Data")
	// Names that applications take for those above.
	goes("X_Forwarded_For", "Content_Length", "Transfer.Encoding", "user_id")
	// No field lines.
	goes("", "A B", "A:", "A\r\nB")
}

func TestDropUnfitTrailersLooksAtValues(t *testing.T) {
	for _, value := range []string{"a\r\nb", "a\x00b", "\x7f"} {
		h := message.Header{{Name: "X", Value: value}}
		if message.DropUnfitTrailers(&h); len(h) != 0 {
			t.Errorf("%q stays", value)
		}
	}
}

func TestDropUnfitTrailersAllocatesNothing(t *testing.T) {
	h := message.Header{{Name: "Server-Timing", Value: "a"}, {Name: "Content-Digest", Value: "b"}}
	if n := testing.AllocsPerRun(100, func() { message.DropUnfitTrailers(&h) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What is left can be printed and read as a field section, and nothing more is taken off it.
func FuzzDropUnfitTrailers(f *testing.F) {
	f.Add("Server-Timing", "a", "ETag", `"b"`)
	f.Add("X\r\nHost", "a", "content_length", "5")
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		h := message.Header{{Name: name1, Value: value1}, {Name: name2, Value: value2}}
		message.DropUnfitTrailers(&h)
		raw := []byte("HTTP/1.1 200 OK\r\n")
		for _, f := range h {
			raw = message.AppendField(raw, f.Name, f.Value)
		}
		var r message.Response
		raw = append(raw, "\r\n"...)
		v := r.Parse(raw, "GET", message.Limits{Line: 1 << 20, Bytes: 1 << 20})
		if v.Outcome != message.Serve || len(r.Header) != len(h) || v.Framing != message.UntilClose {
			t.Fatalf("%q is %+v", raw, v)
		}
		once := fmt.Sprint(h)
		if message.DropUnfitTrailers(&h); fmt.Sprint(h) != once || slices.ContainsFunc(h, func(f message.Field) bool {
			return message.EqualFold(f.Name, "Host") || message.EqualFold(f.Name, "Set-Cookie")
		}) {
			t.Fatalf("%s becomes %v", once, h)
		}
	})
}

// What a library has read as a map comes out in one order, without what is unfit.
func TestTrailersOf(t *testing.T) {
	got := message.TrailersOf(map[string][]string{"X-B": {"2", "3"}, "X-A": {"1"}, "Content-Length": {"5"}})
	want := message.Header{{Name: "X-A", Value: "1"}, {Name: "X-B", Value: "2"}, {Name: "X-B", Value: "3"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := message.TrailersOf(nil); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}
