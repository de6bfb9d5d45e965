package message_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"lacquer/message"
)

// decoded is what became of a body in chunks.
type decoded struct {
	body    string
	rest    string // what stands behind the body, if it ended
	trailer message.Header
	err     error // io.EOF at the end of the body, io.ErrUnexpectedEOF if it did not come
}

// decode decodes raw, of which at most step bytes arrive at once.
func decode(raw string, step int) decoded {
	var c message.Chunked
	var body []byte
	src, arrived := []byte(raw), 0
	for at := 0; ; {
		data, n, err := c.Decode(src[at:arrived])
		at += n
		body = append(body, data...)
		switch {
		case err == io.EOF:
			return decoded{string(body), raw[at:], c.Trailer(), err}
		case err != nil:
			return decoded{string(body), "", c.Trailer(), err}
		case len(data) == 0 && arrived == len(src):
			return decoded{string(body), "", c.Trailer(), io.ErrUnexpectedEOF}
		case len(data) == 0:
			arrived = min(arrived+step, len(src))
		}
	}
}

func TestChunked(t *testing.T) {
	f := func(raw, body, rest string, trailer message.Header) {
		t.Helper()
		want := decoded{body, rest, trailer, io.EOF}
		for step := 1; step <= len(raw); step++ {
			if got := decode(raw, step); !reflect.DeepEqual(got, want) {
				t.Fatalf("%q by %d bytes is\n%+v, want\n%+v", raw, step, got, want)
			}
		}
		// Cut short anywhere it is neither whole nor malformed.
		for n := range len(raw) - len(rest) {
			if got := decode(raw[:n], n+1); got.err != io.ErrUnexpectedEOF || !strings.HasPrefix(body, got.body) {
				t.Fatalf("%q of %q is %+v", raw[:n], raw, got)
			}
		}
	}
	f("0\r\n\r\n", "", "", nil)
	f("5\r\nhello\r\n0\r\n\r\n", "hello", "", nil)
	f("3\r\nabc\r\n1\r\nd\r\n00\r\n\r\n", "abcd", "", nil)
	// What is pipelined behind is left alone.
	f("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n", "a", "GET / HTTP/1.1\r\n", nil)
	f("0\r\n\r\n\r\n", "", "\r\n", nil)
	t.Run("RFC 9112 section 7.1 chunk-size", func(t *testing.T) {
		f("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "", nil)
		f("a\r\n0123456789\r\n0\r\n\r\n", "0123456789", "", nil)
		f("1F\r\n"+strings.Repeat("x", 31)+"\r\n0\r\n\r\n", strings.Repeat("x", 31), "", nil)
		// Zeros before it, as long as no more than 16 digits come together.
		f("0000000000000002\r\nab\r\n0000000000000000\r\n\r\n", "ab", "", nil)
		// Data is not looked at.
		f("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", "", nil)
	})
	t.Run("RFC 9112 section 7.1.1 chunk-ext", func(t *testing.T) {
		f("1;a\r\nx\r\n0;b=c\r\n\r\n", "x", "", nil)
		f("1;a=b;c;d=\"\"\r\nx\r\n0\r\n\r\n", "x", "", nil)
		// A quoted string hides what it holds.
		f("1;a=\"; \t=5\\\"\\\\ \xff\"\r\nx\r\n0\r\n\r\n", "x", "", nil)
		f("1;a=\"b\";c\r\nx\r\n0\r\n\r\n", "x", "", nil)
	})
	t.Run("RFC 9112 section 7.1.2 trailer section", func(t *testing.T) {
		f("1\r\na\r\n0\r\nX: 1\r\ny:  2\t\r\nX:\r\n\r\nrest", "a", "rest", message.Header{{Name: "X", Value: "1"}, {Name: "y", Value: "2"}, {Name: "X", Value: ""}})
		// What must not stand there is left out, framing above all (RFC 9110 section 6.5.1).
		f("0\r\nContent-Length: 5\r\nX: 1\r\nTransfer-Encoding: gzip\r\nTrailer: Y\r\nHost: b.example\r\n\r\n", "", "", message.Header{{Name: "X", Value: "1"}})
		f("0\r\nContent-Length: 5\r\nContent-Length: 6\r\nExpect: x\r\n\r\n", "", "", message.Header{})
	})
}

// What was decoded may be overwritten, and an end is final.
func TestChunkedKeepsNothingOfSource(t *testing.T) {
	raw := []byte("1\r\na\r\n0\r\nX: one\r\n\r\nrest")
	var c message.Chunked
	if c.Trailer() != nil {
		t.Error("trailers before the end")
	}
	data, n, err := c.Decode(raw)
	if string(data) != "a" || cap(data) != 1 || err != nil {
		t.Fatalf("%q of %d bytes, %v", data, cap(data), err)
	}
	if _, m, err := c.Decode(raw[n:]); string(raw[n+m:]) != "rest" || err != io.EOF {
		t.Fatalf("%q is left, %v", raw[n+m:], err)
	}
	for i := range raw {
		raw[i] = '#'
	}
	for range 2 { // whoever takes them may change them
		got := c.Trailer()
		if len(got) != 1 || got.Get("X") != "one" {
			t.Errorf("trailers %q", got)
		}
		got.Set("X", "two")
	}
	if data, n, err := c.Decode([]byte("1\r\nb\r\n")); len(data) != 0 || n != 0 || err != io.EOF {
		t.Errorf("behind the end: %q %d %v", data, n, err)
	}
}

// malformedChunks are bodies that must be refused. Many were read in two ways by two servers of some pair, which put the end of the
// body in two places.
var malformedChunks = []struct{ raw, why string }{
	// The size (RFC 9112 section 7.1).
	{"\r\n", "no size"},
	{";a\r\nx\r\n0\r\n\r\n", "an extension without size"},
	{"+1\r\na\r\n0\r\n\r\n", "a size with a plus"},
	{"-1\r\na\r\n0\r\n\r\n", "a negative size"},
	{"0x1\r\na\r\n0\r\n\r\n", "a size with a prefix"},
	{"1h\r\na\r\n0\r\n\r\n", "a size with a suffix"},
	{"g\r\na\r\n0\r\n\r\n", "a digit that is not hexadecimal"},
	{"1_0\r\n0123456789abcdef\r\n0\r\n\r\n", "an underscore in the size"},
	{"1,1\r\na\r\n0\r\n\r\n", "a list of sizes"},
	{"1.0\r\na\r\n0\r\n\r\n", "a size with a fraction"},
	{"\"1\"\r\na\r\n0\r\n\r\n", "a size in quotes"},
	{" 1\r\na\r\n0\r\n\r\n", "a space before the size"},
	{"\t1\r\na\r\n0\r\n\r\n", "a tab before the size"},
	{"1 \r\na\r\n0\r\n\r\n", "a space behind the size"},
	{"1\t\r\na\r\n0\r\n\r\n", "a tab behind the size"},
	{"1\x0b\r\na\r\n0\r\n\r\n", "a vertical tab behind the size"},
	{"1\x00\r\na\r\n0\r\n\r\n", "NUL behind the size"},
	{"1 1\r\na\r\n0\r\n\r\n", "two sizes"},
	{"\xef\xbc\x91\r\na\r\n0\r\n\r\n", "a full-width digit"},
	{"8000000000000000\r\na", "a size of 2^63"},
	{"ffffffffffffffff\r\na", "a size of 2^64-1, -1 to some"},
	{"10000000000000001\r\na\r\n0\r\n\r\n", "a size of 2^64+1, 1 to some"},
	{"00000000000000001\r\na\r\n0\r\n\r\n", "a size of 17 digits"},
	{"100000001000000001\r\na\r\n0\r\n\r\n", "a size that wraps at 32 bits, and again at 64"},

	// The line end behind the size.
	{"1\na\r\n0\r\n\r\n", "a bare line feed behind the size"},
	{"1\ra\r\n0\r\n\r\n", "a bare carriage return behind the size"},
	{"1\r\r\na\r\n0\r\n\r\n", "a carriage return too many behind the size"},
	{"1\rX\na\r\n0\r\n\r\n", "a byte between carriage return and line feed"},
	{"1\rXa\r\n0\r\n\r\n", "another byte for the line feed behind the size"},
	{"1\n\ra\r\n0\r\n\r\n", "a line end the wrong way round"},
	{"1\x85a\r\n0\r\n\r\n", "the next-line control of ISO 8859-1"},

	// Extensions (RFC 9112 section 7.1.1).
	{"1;\r\na\r\n0\r\n\r\n", "an empty extension"},
	{"1;;a\r\na\r\n0\r\n\r\n", "an empty extension before another"},
	{"1;a;\r\na\r\n0\r\n\r\n", "an empty extension behind another"},
	{"1;=b\r\na\r\n0\r\n\r\n", "an extension without name"},
	{"1;a=\r\na\r\n0\r\n\r\n", "an extension with an empty value"},
	{"1;a=b=c\r\na\r\n0\r\n\r\n", "an extension with two values"},
	{"1 ;a\r\na\r\n0\r\n\r\n", "a space before an extension"},
	{"1; a\r\na\r\n0\r\n\r\n", "a space behind the semicolon"},
	{"1;a =b\r\na\r\n0\r\n\r\n", "a space before the equals sign"},
	{"1;a= b\r\na\r\n0\r\n\r\n", "a space behind the equals sign"},
	{"1;a \r\na\r\n0\r\n\r\n", "a space behind an extension"},
	{"1;a=\"b\" \r\na\r\n0\r\n\r\n", "a space behind a quoted value"},
	{"1;a=\"b\"c\r\na\r\n0\r\n\r\n", "something behind a quoted value"},
	{"1;\"a\"\r\na\r\n0\r\n\r\n", "a name in quotes"},
	{"1;a\nx\r\n0\r\n\r\n", "a bare line feed behind an extension"},
	{"1;a\rx\r\n0\r\n\r\n", "a bare carriage return behind an extension"},
	{"1;\nx\r\n0\r\n\r\n", "a bare line feed for an extension"},
	{"2;\n05\r\nab\r\n0\r\n\r\n", "a size line hidden behind a line feed in an extension"},
	{"1;a=\"\n\"\r\nx\r\n0\r\n\r\n", "a line feed in a quoted value"},
	{"1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n", "a line end in a quoted value"},
	{"1;a=\"\\\r\n\"\r\nx\r\n0\r\n\r\n", "a line end behind a backslash"},
	{"1;a=\"\x00\"\r\nx\r\n0\r\n\r\n", "NUL in a quoted value"},
	{"1;a=\"\\\x7f\"\r\nx\r\n0\r\n\r\n", "DEL behind a backslash"},
	{"1;a=\"b\r\nx\r\n0\r\n\r\n", "quotes that are not closed"},
	{"1;a\x00\r\nx\r\n0\r\n\r\n", "NUL in an extension"},
	{"1;\xc3\xa9\r\nx\r\n0\r\n\r\n", "non-ASCII in the name of an extension"},
	{"1;" + strings.Repeat("a", 1<<10) + "\r\nx\r\n0\r\n\r\n", "a long extension"},
	{"1" + strings.Repeat(";a", 513) + "\r\nx\r\n0\r\n\r\n", "many extensions of one chunk"},
	{"1;a=\"" + strings.Repeat("b", 1<<10), "a long extension that does not end"},
	{strings.Repeat("1;"+strings.Repeat("a", 1022)+"\r\nx\r\n", 17) + "0\r\n\r\n", "many extensions of many chunks"},

	// The data and the line end behind it.
	{"1\r\nab\r\n0\r\n\r\n", "more data than the size says"},
	{"2\r\na\r\n0\r\n\r\n", "less data than the size says"},
	{"1\r\na\n0\r\n\r\n", "a bare line feed behind the data"},
	{"1\r\na\r0\r\n\r\n", "a bare carriage return behind the data"},
	{"1\r\na\r\r\n0\r\n\r\n", "a carriage return too many behind the data"},
	{"1\r\na\rX0\r\n\r\n", "another byte for the line feed behind the data"},
	{"1\r\na0\r\n\r\n", "no line end behind the data"},
	{"1\r\naXX0\r\n\r\n", "two other bytes for the line end behind the data"},
	{"1\r\na\n\n0\r\n\r\n", "two line feeds behind the data"},
	{"1\r\na\r\n\r\n0\r\n\r\n", "an empty line between chunks"},

	// The end, and trailers (RFC 9112 section 7.1.2).
	{"0\n\r\n", "a bare line feed behind the last size"},
	{"0\r\n\n", "a bare line feed for the empty line"},
	{"0\r\n\r\r\n", "a carriage return too many in the empty line"},
	{"0\r\n\rX", "a bare carriage return for the empty line"},
	{"0\n\n", "line feeds at the end"},
	{"0\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "no empty line before the next request"},
	{"0\r\nX: 1\n\r\n", "a bare line feed behind a trailer"},
	{"0\r\nX: 1\r\n\n", "a bare line feed behind trailers"},
	{"0\r\nX: 1\rY: 2\r\n\r\n", "a bare carriage return between trailers"},
	{"0\r\nX: 1\r\n Y\r\n\r\n", "obs-fold in a trailer"},
	{"0\r\n X: 1\r\n\r\n", "white space before the first trailer"},
	{"0\r\nX : 1\r\n\r\n", "a space before the colon of a trailer"},
	{"0\r\n: 1\r\n\r\n", "a trailer without name"},
	{"0\r\nX\r\n\r\n", "a trailer without colon"},
	{"0\r\nX: \x00\r\n\r\n", "NUL in a trailer"},
	{"0\r\nX\xc3\xa9: 1\r\n\r\n", "non-ASCII in the name of a trailer"},
	{"0\r\n" + strings.Repeat("X: 1\r\n", 65) + "\r\n", "65 trailers"},
	{"0\r\nX: " + strings.Repeat("a", 8<<10) + "\r\n\r\n", "a long trailer"},
	{"0\r\nX: " + strings.Repeat("a", 8<<10), "a long trailer that does not end"},
}

func TestChunkedRefused(t *testing.T) {
	for _, c := range malformedChunks {
		t.Run(c.why, func(t *testing.T) {
			for _, behind := range []string{"", "0\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"} {
				whole := decode(c.raw+behind, 1<<20)
				if whole.err == io.ErrUnexpectedEOF && behind == "" && !strings.HasSuffix(c.raw, "\n") {
					continue // wrong only because of what follows
				}
				if whole.err == io.EOF || whole.err == io.ErrUnexpectedEOF {
					t.Fatalf("%.100q is %+v", c.raw+behind, whole)
				}
				for _, step := range []int{1, 2, 3, 7} {
					if got := decode(c.raw+behind, step); got.body != whole.body || got.err == nil || got.err.Error() != whole.err.Error() || got.trailer != nil {
						t.Fatalf("%.100q is %+v, by %d bytes %+v", c.raw+behind, whole, step, got)
					}
				}
			}
		})
	}
}

// Each limit is the largest that is read.
func TestChunkedLimits(t *testing.T) {
	f := func(raw string) {
		t.Helper()
		if got := decode(raw, 1000); got.err != io.EOF {
			t.Errorf("%.80q: %v", raw, got.err)
		}
	}
	f("1;" + strings.Repeat("a", 1<<10-1) + "\r\nx\r\n0\r\n\r\n")
	f(strings.Repeat("1;"+strings.Repeat("a", 1<<10-1)+"\r\nx\r\n", 16) + "0\r\n\r\n")
	f("0\r\n" + strings.Repeat("X: 1\r\n", 64) + "\r\n")
	f("0\r\nX: " + strings.Repeat("a", 8<<10-len("X: \r\n\r\n")) + "\r\n\r\n")
	// The largest size is taken; its data does not come.
	if got := decode("7fffffffffffffff\r\nabc", 1000); got.body != "abc" || got.err != io.ErrUnexpectedEOF {
		t.Errorf("the largest size: %+v", got)
	}
}

func TestChunkedAllocatesNothing(t *testing.T) {
	src := []byte("5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n")
	if n := testing.AllocsPerRun(100, func() {
		var c message.Chunked
		for at := 0; ; {
			_, n, err := c.Decode(src[at:])
			if at += n; err != nil {
				if err != io.EOF {
					t.Fatal(err)
				}
				return
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// appendChunk appends a whole chunk as writers of bodies do; none without data, which would be the last.
func appendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	return append(append(message.AppendChunkHead(dst, int64(len(data))), data...), "\r\n"...)
}

func TestAppendChunk(t *testing.T) {
	f := func(got []byte, want string) {
		t.Helper()
		if string(got) != "> "+want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	dst := []byte("> ")
	f(message.AppendChunkHead(dst, 5), "5\r\n")
	f(message.AppendChunkHead(dst, 26), "1a\r\n")
	f(message.AppendChunkHead(dst, 1<<63-1), "7fffffffffffffff\r\n")
	f(message.AppendLastChunk(dst, nil), "0\r\n\r\n")
	f(message.AppendLastChunk(dst, message.Header{{Name: "X", Value: "1"}, {Name: "y", Value: ""}}), "0\r\nX: 1\r\ny: \r\n\r\n")
	// No trailer begins another line or says where a message ends.
	f(message.AppendLastChunk(dst, message.Header{{Name: "Content-Length", Value: "5"}, {Name: "X", Value: "1\r\nY: 2"}, {Name: "Z: 1\r\nZ", Value: "2"}, {Name: "A", Value: "b"}}), "0\r\nA: b\r\n\r\n")

	h := message.Header{{Name: "Content-Length", Value: "5"}, {Name: "A", Value: "b"}}
	if message.AppendLastChunk(nil, h); h[0].Name != "Content-Length" {
		t.Errorf("printing changed the trailers: %q", h)
	}
	defer func() {
		if recover() == nil {
			t.Error("a chunk of no bytes has a head: it ends the body")
		}
	}()
	message.AppendChunkHead(nil, 0)
}

func BenchmarkChunked(b *testing.B) {
	src := message.AppendLastChunk(bytes.Repeat(appendChunk(nil, bytes.Repeat([]byte("x"), 4<<10)), 16), nil)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		var c message.Chunked
		for at := 0; ; {
			_, n, err := c.Decode(src[at:])
			at += n
			if errors.Is(err, io.EOF) {
				break
			}
		}
	}
}
