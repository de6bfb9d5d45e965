package message_test

import (
	"slices"
	"testing"

	"lacquer/message"
)

func TestParseVary(t *testing.T) {
	f := func(want []string, values ...string) {
		t.Helper()
		v := message.ParseVary(lines("vary", values...))
		if !slices.Equal(v.Names(), want) || v.Any || v.IsZero() != (len(want) == 0) {
			t.Errorf("%q: %q any %v, want %q", values, v.Names(), v.Any, want)
		}
	}
	f(nil)
	f(nil, "", " , ")
	// Lower-cased, sorted, each once.
	f([]string{"accept", "cookie", "x"}, "X, Cookie,accept", "COOKIE ,,x")

	star := func(values ...string) {
		t.Helper()
		v := message.ParseVary(lines("Vary", values...))
		if !v.Any || v.IsZero() || v.String() != "*" || v.Names() != nil || v.Has("Cookie") {
			t.Errorf("%q: %+v", values, v)
		}
	}
	star("*")
	star("Cookie", "*")
	star("Cookie, *, X")
	// Nobody knows what these meant.
	star("Cookie X")
	star(`"Cookie"`)
}

func TestVary(t *testing.T) {
	v := message.ParseVary(lines("Vary", "Cookie, Accept-Encoding"))
	if got := v.String(); got != "accept-encoding, cookie" {
		t.Errorf("String: %q", got)
	}
	if !v.Has("COOKIE") || v.Has("Accept") || v.Has("") {
		t.Error("Has")
	}
	if !v.Equal(message.ParseVary(lines("Vary", "accept-encoding", "cookie"))) || v.Equal(message.Vary{}) || v.Equal(message.Vary{Any: true}) {
		t.Error("Equal")
	}
}

// RFC 9111 section 4.1.
func TestVaryAppendKey(t *testing.T) {
	key := func(vary string, h message.Header) string {
		return string(message.ParseVary(lines("Vary", vary)).AppendKey(nil, h))
	}
	same := func(vary string, a, b message.Header) {
		t.Helper()
		if key(vary, a) != key(vary, b) {
			t.Errorf("by %s, %q and %q differ", vary, a, b)
		}
	}
	differ := func(vary string, a, b message.Header) {
		t.Helper()
		if key(vary, a) == key(vary, b) {
			t.Errorf("by %s, %q and %q are the same", vary, a, b)
		}
	}
	one := func(name, value string) message.Header { return message.Header{{Name: name, Value: value}} }
	const encoding = "Accept-Encoding"

	// White space round commas, case of names, division into lines.
	same(encoding, one(encoding, "gzip,br"), one("accept-encoding", "gzip ,\t br"))
	same(encoding, lines(encoding, "gzip", "br"), one(encoding, "gzip, br"))
	same(encoding, one(encoding, "gzip"), message.Header{{"X", "1"}, {encoding, "gzip"}, {"Y", "2"}})
	differ(encoding, one(encoding, "gzip,br"), one(encoding, "br,gzip"))
	differ(encoding, one(encoding, "gzip"), one(encoding, "GZIP"))
	// White space elsewhere belongs to the value.
	differ("X", one("X", "a b"), one("X", "ab"))
	differ("X", one("X", "a b"), one("X", "a  b"))
	differ("X", one("X", `"a, b"`), one("X", `"a,b"`))
	differ("X", one("X", `"\", b"`), one("X", `"\",b"`))
	same("X", one("X", `"a" , b`), one("X", `"a",b`))
	differ("X", one("X", `"a" b`), one("X", `"a"b`))
	// Absence is not emptiness.
	differ("X", nil, one("X", ""))
	differ("X", one("X", ""), lines("X", "", ""))
	same("X", nil, one("Y", "a"))
	// One value cannot pass for two fields.
	differ("X, Y", message.Header{{"X", "a"}}, message.Header{{"Y", "a"}})
	differ("X, Y", message.Header{{"X", "ab"}, {"Y", "c"}}, message.Header{{"X", "a"}, {"Y", "bc"}})
	// A comma in these separates nothing.
	differ("Cookie", one("Cookie", "a=1, 2"), one("Cookie", "a=1,2"))
	differ("User-Agent", one("User-Agent", "a (KHTML, b)"), one("User-Agent", "a (KHTML,b)"))
	differ("User-Agent", one("User-Agent", "a,b"), lines("User-Agent", "a", "b"))
	// HTTP/2 divides cookies into lines (RFC 9113 section 8.2.3).
	same("Cookie", one("Cookie", "a=1; b=2"), lines("Cookie", "a=1", "b=2"))

	// What Vary says twice, in another order or case, it says once.
	both := message.Header{{"X", "1"}, {"Y", "2"}}
	if key("X, Y", both) != key("y,x,, X", both) {
		t.Error("the order, case or repetition of names counts")
	}
	// Each field by itself: one that is absent leaves the other's value where it is.
	differ("X, Y", message.Header{{"X", "1"}}, message.Header{{"X", "1"}, {"Y", ""}})
	differ("X, Y", message.Header{{"X", "1"}, {"Y", "2"}}, message.Header{{"X", "2"}, {"Y", "1"}})
	same("X, Y", message.Header{{"Y", "2"}, {"Z", "3"}, {"X", "1"}}, message.Header{{"x", "1"}, {"y", "2"}})
	// Lines of one name count in their order, with others between them.
	same("X", message.Header{{"X", "1"}, {"Y", "2"}, {"X", "3"}}, one("X", "1, 3"))
	differ("X", lines("X", "1", "3"), lines("X", "3", "1"))
	// A date has a comma that separates nothing.
	differ("If-Modified-Since", one("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"), one("If-Modified-Since", "Sun,06 Nov 1994 08:49:37 GMT"))

	// The same value under another Vary has another key.
	if key("X", one("X", "a")) == key("Y", one("Y", "a")) {
		t.Error("keys do not tell the names")
	}
	if got := string(message.Vary{}.AppendKey([]byte("k"), one("X", "a"))); got != "k" {
		t.Errorf("no Vary: %q", got)
	}
}

func TestVaryAppendKeyAllocatesNothing(t *testing.T) {
	v := message.ParseVary(lines("Vary", "Accept-Encoding, Cookie, X"))
	h := message.Header{{"Accept-Encoding", "gzip, br"}, {"Cookie", "a=1"}, {"Cookie", "b=2"}}
	dst := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { v.AppendKey(dst, h) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
