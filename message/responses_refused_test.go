package message_test

import (
	"strings"
	"testing"

	"lacquer/message"
)

const ok = "HTTP/1.1 200 OK\r\n"

// refusedResponses are heads of origins that must not be believed: all become 502. They answer a GET.
var refusedResponses = []struct{ raw, why string }{
	// The status line (RFC 9112 section 4).
	{"\r\n" + ok + "\r\n", "an empty line before the status line"},
	{" " + ok + "\r\n", "a space before the status line"},
	{"\x00" + ok + "\r\n", "NUL before the status line"},
	{"\xef\xbb\xbfHTTP/1.1 200 OK\r\n\r\n", "a byte order mark before the status line"},
	{"\nHTTP/1.1 200 OK\r\n\r\n", "a bare line feed before the status line"},
	{"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "the end of a body in chunks before the status line"},
	{"helloHTTP/1.1 200 OK\r\n\r\n", "surplus bytes of a body before the status line"},
	{"GET / HTTP/1.1\r\n\r\n", "a request"},
	{"<html>hello</html>\r\n", "HTTP/0.9"},
	{"SSH-2.0-OpenSSH_9.2\r\n", "another protocol"},
	{"220 mail.example ESMTP\r\n", "yet another protocol"},
	{"ICY 200 OK\r\n\r\n", "a protocol that resembles HTTP"},
	{"http/1.1 200 OK\r\n\r\n", "the name in lower case"},
	{"HTTP/2.0 200 OK\r\n\r\n", "HTTP/2 in a status line"},
	{"HTTP/0.9 200 OK\r\n\r\n", "HTTP/0.9 with its number"},
	{"HTTP/1 200 OK\r\n\r\n", "no minor version"},
	{"HTTP/1.10 200 OK\r\n\r\n", "a minor version of two digits"},
	{"HTTP/1.1  200 OK\r\n\r\n", "two spaces before the status"},
	{"HTTP/1.1\t200 OK\r\n\r\n", "a tab before the status"},
	{"HTTP/1.1 200\tOK\r\n\r\n", "a tab behind the status"},
	{"HTTP/1.1 OK\r\n\r\n", "no status"},
	{"HTTP/1.1\r\n\r\n", "a version alone"},
	{"HTTP/1.1 \r\n\r\n", "a version and a space"},
	{"HTTP/1.1 20 OK\r\n\r\n", "a status of two digits"},
	{"HTTP/1.1 2000 OK\r\n\r\n", "a status of four digits"},
	{"HTTP/1.1 099 OK\r\n\r\n", "a status below 100"},
	{"HTTP/1.1 000 OK\r\n\r\n", "status 0"},
	{"HTTP/1.1 -20 OK\r\n\r\n", "a negative status"},
	{"HTTP/1.1 +20 OK\r\n\r\n", "a signed status"},
	{"HTTP/1.1 2x0 OK\r\n\r\n", "a letter in the status"},
	{"HTTP/1.1 200.1 OK\r\n\r\n", "a status with a fraction"},
	{"HTTP/1.1 200OK\r\n\r\n", "no space behind the status"},
	{"HTTP/1.1 2\xb20 OK\r\n\r\n", "a superscript digit in the status"},
	{"HTTP/1.1 0200 OK\r\n\r\n", "a status of four digits with a zero"},
	{"HTTP/1.1 0x1 OK\r\n\r\n", "a hexadecimal status"},
	{"HTTP/1.1;a 200 OK\r\n\r\n", "a parameter behind the version"},
	{"HTTP /1.1 200 OK\r\n\r\n", "a space in the version"},
	{"HTTPS/1.1 200 OK\r\n\r\n", "HTTPS for HTTP"},
	{"HTTP/1.1 200 O\x7fK\r\n\r\n", "DEL in the reason phrase"},
	{"HTTP/1.1 200 OK\n\rX: a\r\n\r\n", "a line end the wrong way round"},
	{"HTTP/1.1 200 OK\n\r\n", "a bare line feed behind the status line"},
	{"HTTP/1.1 200\n\r\n", "a bare line feed behind the status"},
	{"HTTP/1.1 200 OK\r\r\n\r\n", "a carriage return too many"},
	{"HTTP/1.1 200 OK\rX: a\r\n\r\n", "a bare carriage return behind the status line"},
	{"HTTP/1.1 200 O\x00K\r\n\r\n", "NUL in the reason phrase"},
	{"HTTP/1.1 200 O\x1bK\r\n\r\n", "an escape in the reason phrase"},

	// Field lines (RFC 9112 section 5).
	{ok + "X: a\r\n b\r\n\r\n", "obs-fold"},
	{ok + "X: a\r\n\tb\r\n\r\n", "obs-fold with a tab"},
	{ok + " X: a\r\n\r\n", "white space before the first field"},
	{ok + "X : a\r\n\r\n", "a space before the colon"},
	{ok + "Content-Length : 5\r\n\r\n", "a space before the colon of framing"},
	{ok + ": a\r\n\r\n", "an empty name"},
	{ok + "X\r\n\r\n", "no colon"},
	{ok + "X Y: a\r\n\r\n", "a space in a name"},
	{ok + "X\x00: a\r\n\r\n", "NUL in a name"},
	{ok + "X\x80: a\r\n\r\n", "non-ASCII in a name"},
	{ok + "X[]: a\r\n\r\n", "brackets in a name"},
	{ok + ":status: 200\r\n\r\n", "a pseudo-header field of HTTP/2"},
	{ok + "X\x0b: a\r\n\r\n", "a vertical tab in a name"},
	{ok + "\x00: a\r\n\r\n", "NUL for a name"},
	{ok + "X/Y: a\r\n\r\n", "a slash in a name"},
	{ok + "Content-Length\t: 5\r\n\r\n", "a tab before the colon of framing"},
	{ok + "Transfer-Encoding : chunked\r\n\r\n", "a space before the colon of the other framing"},
	{ok + "HTTP/1.1 404 Not Found\r\n\r\n", "a second status line"},
	{ok + "X: a\x0b\r\n\r\n", "a vertical tab in a value"},
	{ok + "X: a\x00b\r\n\r\n", "NUL in a value"},
	{ok + "X: a\x02b\r\n\r\n", "a control byte in a value"},
	{ok + "X: a\x7fb\r\n\r\n", "DEL in a value"},
	{ok + "X: a\rb\r\n\r\n", "a bare carriage return in a value"},
	{ok + "X: a\nSet-Cookie: b\r\n\r\n", "a bare line feed between fields"},
	{ok + "X: a\n\n", "line feeds at the end of the head"},
	{ok + "X: a\r\n\n", "a bare line feed for the empty line"},
	{ok + "X: a\r\n\r\r\n", "a carriage return too many at the end"},

	// Framing (RFC 9112 section 6).
	{ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "two lengths"},
	{ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "the same length twice"},
	{ok + "Content-Length: 5, 5\r\n\r\n", "a list of lengths"},
	{ok + "Content-Length:\r\n\r\n", "an empty length"},
	{ok + "Content-Length: +5\r\n\r\n", "a signed length"},
	{ok + "Content-Length: -1\r\n\r\n", "a negative length"},
	{ok + "Content-Length: five\r\n\r\n", "a length in words"},
	{ok + "Content-Length: 0x10\r\n\r\n", "a hexadecimal length"},
	{ok + "Content-Length: 9223372036854775808\r\n\r\n", "a length of 2^63"},
	{ok + "Content-Length: 00000000000000000005\r\n\r\n", "a length of 20 digits"},
	{ok + "Content-Length: 5, 6\r\n\r\n", "a list of different lengths"},
	{ok + "Content-Length: 5 5\r\n\r\n", "two numbers"},
	{ok + "Content-Length: 5,\r\n\r\n", "a list of one length"},
	{ok + "Content-Length: 5;a\r\n\r\n", "a length with a parameter"},
	{ok + "Content-Length: \"5\"\r\n\r\n", "a length in quotes"},
	{ok + "Content-Length: 5\r\n 6\r\n\r\n", "a folded length"},
	{ok + "Content-Length: 1_0\r\n\r\n", "a length with an underscore"},
	{ok + "Content-Length: 0\r\ncontent-length: 5\r\n\r\n", "two lengths, the first zero"},
	{ok + "Content-Length: 5\r\nContent-Length: five\r\n\r\n", "a length and one in words"},
	{ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "length with chunks"},
	{ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "chunks with length"},
	{ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "chunked twice"},
	{ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", "a coding nobody asked for"},
	{ok + "Transfer-Encoding: identity\r\n\r\n", "identity"},
	{ok + "Transfer-Encoding: chunked, identity\r\n\r\n", "chunked not last"},
	{ok + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", "chunks with length 0"},
	{ok + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n", "identity with length"},
	{ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", "chunked and identity in two lines"},
	{ok + "Transfer-Encoding: chunked, chunked\r\n\r\n", "chunked twice in a list"},
	{ok + "Transfer-Encoding: chunked,\r\n\r\n", "an empty element behind chunked"},
	{ok + "Transfer-Encoding: chunked;a=b\r\n\r\n", "chunked with a parameter"},
	{ok + "Transfer-Encoding: \"chunked\"\r\n\r\n", "chunked in quotes"},
	{ok + "Transfer-Encoding: xchunked\r\n\r\n", "a coding that ends like chunked"},
	{ok + "Transfer-Encoding: chunk\r\n\r\n", "chunked without its end"},
	{ok + "Transfer-Encoding:\r\n chunked\r\n\r\n", "a folded coding"},
	{ok + "Transfer-Encoding: chun\xe2\x84\xaaed\r\n\r\n", "a Kelvin sign in chunked"},
	{ok + "Transfer-Encoding: \x0bchunked\r\n\r\n", "a vertical tab before chunked"},
	{ok + "Transfer-Encoding:\r\n\r\n", "an empty coding"},
	{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks in HTTP/1.0"},
	{"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "a length with 204"},
	{"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks with 204"},
	{"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", "a length with 100"},
	{"HTTP/1.1 101 Switching Protocols\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks with 101"},
	{"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks with 103"},
	{"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n", "a length with 103"},
	{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "length and chunks with 304"},
	{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "chunks with length in HTTP/1.0"},
	{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "two lengths with 304"},

	// Limits.
	{"HTTP/1.1 200 " + strings.Repeat("a", 8<<10) + "\r\n\r\n", "a long reason phrase"},
	{"HTTP/1.1 200 " + strings.Repeat("a", 9<<10), "a long reason phrase that has not ended"},
	{ok + strings.Repeat("X: a\r\n", 129) + "\r\n", "129 fields"},
	{ok + "X: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "a long value"},
	{ok + "X: " + strings.Repeat("a", 64<<10), "a long value that has not ended"},
	{ok + "Connection: " + strings.Repeat("a,", 65) + "\r\n\r\n", "too many connection options"},
}

func TestResponsesRefused(t *testing.T) {
	for _, c := range refusedResponses {
		t.Run(c.why, func(t *testing.T) {
			var r message.Response
			v := r.Parse([]byte(c.raw), "GET", message.Limits{})
			if v.Outcome != message.Refuse || v.Status != 502 || v.Why == "" || v.Size != 0 || v.KeepAlive {
				t.Errorf("%.200q\nis %+v, want refused with 502", c.raw, v)
			}
			if len(c.raw) > 1<<10 {
				return // quadratic
			}
			for n := range len(c.raw) {
				if v := r.Parse([]byte(c.raw[:n]), "GET", message.Limits{}); v.Outcome != message.Incomplete && v.Outcome != message.Refuse {
					t.Errorf("%q has outcome %d", c.raw[:n], v.Outcome)
				}
			}
		})
	}
}

// A byte that ends a line to some, or that some skip, is refused wherever it stands in a head.
func TestResponsesWithAByteTooMany(t *testing.T) {
	const raw = ok + "Content-Length: 5\r\nX: a b\r\n\r\n"
	for _, c := range "\r\n\x00\x0b\x0c\x7f" {
		for at := range len(raw) - 1 { // at the last byte a line feed would begin what follows the head
			var r message.Response
			if v := r.Parse([]byte(raw[:at]+string(c)+raw[at:]), "GET", message.Limits{}); v.Outcome != message.Refuse || v.Status != 502 {
				t.Errorf("%q before %q: %+v", c, raw[at:], v)
			}
		}
	}
}
