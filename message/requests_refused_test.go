package message_test

import (
	"strings"
	"testing"

	"lacquer/message"
)

// refused is a raw head, the status it must be refused with, and what is wrong with it.
type refused struct {
	status int
	raw    string
	why    string
}

const host = "Host: a.example\r\n"

// refusedRequests are requests that are malformed, ambiguous, or not for us. Each has been read in two ways by some pair of
// servers, or could be.
var refusedRequests = []refused{
	// The request line (RFC 9112 section 3).
	{400, " GET / HTTP/1.1\r\n" + host + "\r\n", "white space before the method"},
	{400, "\tGET / HTTP/1.1\r\n" + host + "\r\n", "a tab before the method"},
	{400, "\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n", "two empty lines before the request line"},
	{400, "\nGET / HTTP/1.1\r\n" + host + "\r\n", "a bare line feed before the request line"},
	{400, "\rGET / HTTP/1.1\r\n" + host + "\r\n", "a bare carriage return before the request line"},
	{400, "\x00GET / HTTP/1.1\r\n" + host + "\r\n", "NUL before the method"},
	{400, "\xef\xbb\xbfGET / HTTP/1.1\r\n" + host + "\r\n", "a byte order mark before the method"},
	{400, "\x85GET / HTTP/1.1\r\n" + host + "\r\n", "the next-line control of ISO 8859-1 before the method"},
	{400, "0\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n", "the end of a body in chunks before the method"},
	{400, "HTTP/1.1 200 OK\r\n" + host + "\r\n", "a response"},
	{400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "a TLS handshake on a plain port, before any line ends"},
	{400, "G\x00ET / HTTP/1.1\r\n" + host + "\r\n", "NUL in the method"},
	{400, "GE(T / HTTP/1.1\r\n" + host + "\r\n", "a delimiter in the method"},
	{400, "G\xc3\x89T / HTTP/1.1\r\n" + host + "\r\n", "non-ASCII in the method"},
	{400, "GET: / HTTP/1.1\r\n" + host + "\r\n", "a colon in the method"},
	{400, "GET  / HTTP/1.1\r\n" + host + "\r\n", "two spaces before the target"},
	{400, "GET\t/ HTTP/1.1\r\n" + host + "\r\n", "a tab for a space"},
	{400, "GET /  HTTP/1.1\r\n" + host + "\r\n", "two spaces before the version"},
	{400, "GET /\tHTTP/1.1\r\n" + host + "\r\n", "a tab before the version"},
	{400, "GET /\x0bHTTP/1.1\r\n" + host + "\r\n", "a vertical tab before the version"},
	{400, "GET\xa0/ HTTP/1.1\r\n" + host + "\r\n", "a no-break space for a space"},
	{400, "GET / HTTP/1.1\x00\r\n" + host + "\r\n", "NUL behind the version"},
	{400, "GET / HTTP/1.1;a\r\n" + host + "\r\n", "a parameter behind the version"},
	{400, "GET / HTTP/1.1, HTTP/1.0\r\n" + host + "\r\n", "a list of versions"},
	{400, "GET / HTTP/1.1 \r\n" + host + "\r\n", "a space behind the version"},
	{400, "GET / HTTP/1.1\t\r\n" + host + "\r\n", "a tab behind the version"},
	{400, "GET / HTTP/1.1\n" + host + "\r\n", "a bare line feed behind the request line"},
	{400, "GET / HTTP/1.1\r" + host + "\r\n", "a bare carriage return behind the request line"},
	{400, "GET / HTTP/1.1\r\r\n" + host + "\r\n", "a carriage return too many"},
	{400, "GET HTTP/1.1\r\n" + host + "\r\n", "no target"},
	{400, "GET\r\n" + host + "\r\n", "a method alone"},
	{400, "GET /a b HTTP/1.1\r\n" + host + "\r\n", "a space in the target"},
	{400, "GET / HTTP/1.1 HTTP/1.1\r\n" + host + "\r\n", "two versions"},

	// The version (RFC 9112 section 2.3, RFC 9110 section 2.5).
	{400, "GET /\r\n", "HTTP/0.9"},
	{400, "GET / \r\n" + host + "\r\n", "an empty version"},
	{505, "GET / HTTP/0.9\r\n" + host + "\r\n", "HTTP/0.9 with its number"},
	{505, "GET / HTTP/2.0\r\n" + host + "\r\n", "HTTP/2 in a request line"},
	{505, "GET / HTTP/3.0\r\n" + host + "\r\n", "HTTP/3 in a request line"},
	{505, "GET / HTTP/2.1\r\n" + host + "\r\n", "a version that there is not"},
	{505, "POST / HTTP/2.0\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/2 in a request line before two framings"},
	{400, "GET / HTTP/2\r\n" + host + "\r\n", "HTTP/2 as it is called"},
	{400, "GET / HTTP/1.1.1\r\n" + host + "\r\n", "a version of three numbers"},
	{400, "GET / HTTP/1.\xb9\r\n" + host + "\r\n", "a superscript digit in the version"},
	{400, "GET / HTTP /1.1\r\n" + host + "\r\n", "a space in the version"},
	{505, "PRI * HTTP/2.0\r\n\r\nSM\r\r\n\r\n", "almost the preface of HTTP/2"},
	{400, "GET / http/1.1\r\n" + host + "\r\n", "the name in lower case"},
	{400, "GET / HTTP/1\r\n" + host + "\r\n", "no minor version"},
	{400, "GET / HTTP/1.10\r\n" + host + "\r\n", "a minor version of two digits"},
	{400, "GET / HTTP/01.1\r\n" + host + "\r\n", "a major version of two digits"},
	{400, "GET / HTTP/1,1\r\n" + host + "\r\n", "a comma for the dot"},
	{400, "GET / HTTP/+1.1\r\n" + host + "\r\n", "a signed version"},
	{400, "GET / HTTPS/1.1\r\n" + host + "\r\n", "another protocol"},
	{400, "GET / ICAP/1.0\r\n" + host + "\r\n", "yet another protocol"},

	// The target (RFC 9112 section 3.2).
	{400, "GET /\x00 HTTP/1.1\r\n" + host + "\r\n", "NUL in the target"},
	{400, "GET /a\x01b HTTP/1.1\r\n" + host + "\r\n", "a control byte in the target"},
	{400, "GET /a\x7f HTTP/1.1\r\n" + host + "\r\n", "DEL in the target"},
	{400, "GET /\xc3\xa9 HTTP/1.1\r\n" + host + "\r\n", "UTF-8 in the target"},
	{400, "GET /\xff HTTP/1.1\r\n" + host + "\r\n", "a lone high byte in the target"},
	{400, "GET /a#b HTTP/1.1\r\n" + host + "\r\n", "a fragment"},
	{400, "GET /a?b#c HTTP/1.1\r\n" + host + "\r\n", "a fragment behind a query"},
	{400, "GET /%zz HTTP/1.1\r\n" + host + "\r\n", "percent-encoding that is none"},
	{400, "GET /a% HTTP/1.1\r\n" + host + "\r\n", "a percent sign at the end of the path"},
	{400, "GET /%2 HTTP/1.1\r\n" + host + "\r\n", "percent-encoding cut short"},
	{400, "GET index.html HTTP/1.1\r\n" + host + "\r\n", "a relative path"},
	{400, "GET ?q HTTP/1.1\r\n" + host + "\r\n", "a query alone"},
	{400, "GET * HTTP/1.1\r\n" + host + "\r\n", "asterisk-form of GET"},
	{400, "OPTIONS *?a HTTP/1.1\r\n" + host + "\r\n", "asterisk-form with a query"},
	{400, "GET a.example:80 HTTP/1.1\r\n" + host + "\r\n", "authority-form of GET"},
	{400, "GET ftp://a.example/ HTTP/1.1\r\n" + host + "\r\n", "a scheme that is not ours"},
	{400, "GET http:/a.example/ HTTP/1.1\r\n" + host + "\r\n", "one slash behind the scheme"},
	{400, "GET http:///a HTTP/1.1\r\n" + host + "\r\n", "absolute-form without authority"},
	{400, "GET http:// HTTP/1.1\r\n" + host + "\r\n", "a scheme alone"},
	{400, "GET http://?a HTTP/1.1\r\n" + host + "\r\n", "a query for an authority"},
	{400, "GET http://user@a.example/ HTTP/1.1\r\n" + host + "\r\n", "user information"},
	{400, "GET http://a.example@b.example/ HTTP/1.1\r\n" + host + "\r\n", "the host for user information"},
	{400, "GET http://a.example:80@b.example/ HTTP/1.1\r\n" + host + "\r\n", "host and port for user information"},
	{400, "GET http://a.example\\@b.example/ HTTP/1.1\r\n" + host + "\r\n", "a backslash in the authority"},
	{400, "GET http:\\\\a.example\\ HTTP/1.1\r\n" + host + "\r\n", "backslashes for slashes"},
	{400, "GET http://a.example%2fb/ HTTP/1.1\r\n" + host + "\r\n", "percent-encoding in the authority"},
	{400, "GET http://a.example:80:80/ HTTP/1.1\r\n" + host + "\r\n", "two ports in the authority"},
	{400, "GET http://a.example/ HTTP/1.1\r\nHost:\r\n\r\n", "absolute-form with an empty Host"},
	{400, "GET http://a.example/ HTTP/1.1\r\n" + host + "" + host + "\r\n", "absolute-form with the same Host twice"},
	{400, "GET javascript:alert(1) HTTP/1.1\r\n" + host + "\r\n", "a scheme that is no place"},
	{400, "GET @b.example/ HTTP/1.1\r\n" + host + "\r\n", "a target that would continue a host"},
	{400, "GET .b.example/ HTTP/1.1\r\n" + host + "\r\n", "a target that would continue a name"},
	{400, "GET http://b.example/ HTTP/1.1\r\n" + host + "\r\n", "absolute-form against Host"},
	{400, "GET http://a.example:81/ HTTP/1.1\r\n" + host + "\r\n", "absolute-form against the port of Host"},
	{400, "GET http://a.example/ HTTP/1.1\r\n\r\n", "absolute-form without Host"},
	{400, "GET http://b.example/ HTTP/1.0\r\n" + host + "\r\n", "absolute-form against Host in HTTP/1.0"},
	{405, "CONNECT a.example:443 HTTP/1.1\r\n" + host + "\r\n", "CONNECT"},
	{400, "CONNECT a.example HTTP/1.1\r\n" + host + "\r\n", "CONNECT without a port"},
	{400, "CONNECT / HTTP/1.1\r\n" + host + "\r\n", "CONNECT to a path"},
	{400, "CONNECT http://a.example:443/ HTTP/1.1\r\n" + host + "\r\n", "CONNECT to a URI"},
	{405, "CONNECT [::1]:80 HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", "CONNECT with a body"},
	{400, "CONNECT a.example:443@b.example HTTP/1.1\r\n" + host + "\r\n", "CONNECT with user information"},

	// Host (RFC 9112 section 3.2, RFC 9110 section 7.2).
	{400, "GET / HTTP/1.1\r\n\r\n", "no Host in HTTP/1.1"},
	{400, "GET / HTTP/1.1\r\n" + host + host + "\r\n", "the same Host twice"},
	{400, "GET / HTTP/1.1\r\n" + host + "HOST: b.example\r\n\r\n", "two Hosts"},
	{400, "GET / HTTP/1.0\r\n" + host + "Host: b.example\r\n\r\n", "two Hosts in HTTP/1.0"},
	{400, "GET / HTTP/1.1\r\nHost:\r\n\r\n", "an empty Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n", "a list of hosts"},
	{400, "GET / HTTP/1.1\r\nHost: a.example b.example\r\n\r\n", "a space in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example/b\r\n\r\n", "a path in Host"},
	{400, "GET / HTTP/1.1\r\nHost: http://a.example\r\n\r\n", "a URI in Host"},
	{400, "GET / HTTP/1.1\r\nHost: user@a.example\r\n\r\n", "user information in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example#b\r\n\r\n", "a fragment in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example?b\r\n\r\n", "a query in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example\\b\r\n\r\n", "a backslash in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a%2eexample\r\n\r\n", "percent-encoding in Host"},
	{400, "GET / HTTP/1.1\r\nHost: \xc3\xa9.example\r\n\r\n", "non-ASCII in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a..example\r\n\r\n", "an empty label in Host"},
	{400, "GET / HTTP/1.1\r\nHost: .example\r\n\r\n", "a dot at the beginning of Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:\r\n\r\n", "an empty port"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:http\r\n\r\n", "a port by name"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:0\r\n\r\n", "port 0"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:65536\r\n\r\n", "a port too large"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:80:81\r\n\r\n", "two ports"},
	{400, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "a port alone"},
	{400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "a bracket that is not closed"},
	{400, "GET / HTTP/1.1\r\nHost: []\r\n\r\n", "nothing in brackets"},
	{400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "something behind the bracket"},
	{400, "GET / HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n", "an IPv4 address in brackets"},
	{400, "GET / HTTP/1.1\r\nHost: [fe80::1%eth0]\r\n\r\n", "an IPv6 zone"},
	{400, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", "an IPv6 address without brackets"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:+80\r\n\r\n", "a signed port"},
	{400, "GET / HTTP/1.1\r\nHost: a.example:80@b.example\r\n\r\n", "a host behind a port"},
	{400, "GET / HTTP/1.1\r\nHost: a.example;b\r\n\r\n", "a semicolon in Host"},
	{400, "GET / HTTP/1.1\r\nHost: a.example\x00\r\n\r\n", "NUL in Host"},
	{400, "GET / HTTP/1.1\r\nHost: \"a.example\"\r\n\r\n", "Host in quotes"},
	{400, "GET / HTTP/1.1\r\nHost: a.example'or'1\r\n\r\n", "quotes within Host"},
	{400, "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", "a tag in Host"},
	{400, "GET / HTTP/1.1\r\nHost: *\r\n\r\n", "an asterisk for Host"},
	{400, "GET / HTTP/1.1\r\nHost: [v1.a]\r\n\r\n", "an address of the future"},
	{400, "GET / HTTP/1.1\r\nHost: [::1]:80]\r\n\r\n", "two closing brackets"},
	{400, "GET / HTTP/1.1\r\nHost: a.\xe2\x84\xaaom\r\n\r\n", "a Kelvin sign for a k"},
	{400, "GET / HTTP/1.1\r\n :authority: b.example\r\n" + host + "\r\n", "a pseudo-header field behind white space"},

	// Field lines (RFC 9112 section 5).
	{400, "GET / HTTP/1.1\r\n" + "X: a\r\n b\r\n" + host + "\r\n", "obs-fold with a space"},
	{400, "GET / HTTP/1.1\r\n" + "X: a\r\n\tb\r\n" + host + "\r\n", "obs-fold with a tab"},
	{400, "GET / HTTP/1.1\r\n" + host + "X:\r\n \r\n\r\n", "obs-fold of nothing"},
	{400, "GET / HTTP/1.1\r\n Host: a.example\r\n\r\n", "white space before the first field"},
	{400, "GET / HTTP/1.1\r\n\tHost: a.example\r\n\r\n", "a tab before the first field"},
	{400, "GET / HTTP/1.1\r\nHost : a.example\r\n\r\n", "a space before the colon"},
	{400, "GET / HTTP/1.1\r\n" + host + "Content-Length\t: 5\r\n\r\n", "a tab before the colon"},
	{400, "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding : chunked\r\n\r\n", "a space before the colon of framing"},
	{400, "GET / HTTP/1.1\r\n" + host + ": a\r\n\r\n", "an empty name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\r\n\r\n", "no colon"},
	{400, "GET / HTTP/1.1\r\n" + host + "X Y: a\r\n\r\n", "a space in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\x00: a\r\n\r\n", "NUL in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "\"X\": a\r\n\r\n", "quotes in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X(a): b\r\n\r\n", "brackets in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "Caf\xc3\xa9: a\r\n\r\n", "non-ASCII in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\x0b: a\r\n\r\n", "a vertical tab in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\r: a\r\n\r\n", "a carriage return in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", "NUL in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x01b\r\n\r\n", "a control byte in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: 0123456789\x08\r\n\r\n", "a backspace in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x7fb\r\n\r\n", "DEL in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", "a bare carriage return in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\rY: b\r\n\r\n", "a bare carriage return between fields"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\r\r\n\r\n", "a carriage return too many"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\nY: b\r\n\r\n", "a bare line feed between fields"},
	{400, "GET / HTTP/1.1\r\nHost: a.example\n\r\n", "a bare line feed behind a field"},
	{400, "GET / HTTP/1.1\r\n" + host + "\n", "a bare line feed at the end of the head"},
	{400, "GET / HTTP/1.1\r\n" + host + "\r\r\n", "a carriage return too many at the end of the head"},
	{400, "GET / HTTP/1.1\r\n" + host + "\rGET", "a bare carriage return at the end of the head"},
	{400, "GET / HTTP/1.1\n" + "Host: a.example\n\n", "line feeds throughout"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x00\r\nContent-Length: 5\r\n\r\nhello", "NUL before framing"},
	{400, "GET / HTTP/1.1\r\n:authority: b.example\r\n" + host + "\r\n", "a pseudo-header field of HTTP/2"},
	{400, "GET / HTTP/1.1\r\n" + host + "\x00: a\r\n\r\n", "NUL for a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\x7f: a\r\n\r\n", "DEL in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X\xa0: a\r\n\r\n", "a no-break space before the colon"},
	{400, "GET / HTTP/1.1\r\n" + host + "X/Y: a\r\n\r\n", "a slash in a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "Content-Length\x00: 5\r\n\r\n", "NUL in the name of framing"},
	{400, "GET / HTTP/1.1\r\n" + host + "Content-Length abc: 5\r\n\r\n", "a second word in the name of framing"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\r\nContent-Length\r\n : 5\r\n\r\n", "a name folded before its colon"},
	{400, "GET / HTTP/1.1\r\nContent-Length: 5\r\n " + host + "\r\n", "Host hidden in obs-fold"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x0bY: b\r\n\r\n", "a vertical tab between fields"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\x0c\r\n\r\n", "a form feed in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: \x1b[2J\r\n\r\n", "an escape sequence for terminals in a value"},
	{400, "GET / HTTP/1.1\r\n" + host + "\n\r\n", "a bare line feed for an empty line, then the empty line"},
	{400, "GET / HTTP/1.1\r\n" + host + "\rContent-Length: 5\r\n\r\n", "a bare carriage return before a name"},
	{400, "GET / HTTP/1.1\r\n" + host + "X: a\n\rY: b\r\n\r\n", "a line end the wrong way round"},

	// Content-Length (RFC 9110 section 8.6, RFC 9112 section 6.3).
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "two lengths"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "the same length twice"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\ncontent-length: 5\r\n\r\n", "two lengths, the first zero"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n\r\n", "a list of lengths"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5,\r\n\r\n", "a list of one length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\n", "a length with a plus"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n", "a negative length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: -0\r\n\r\n", "a negative zero"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", "an empty length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\n", "a hexadecimal length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5 6\r\n\r\n", "two numbers"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5;a\r\n\r\n", "a length with a parameter"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: \"5\"\r\n\r\n", "a length in quotes"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5.0\r\n\r\n", "a length with a fraction"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1_0\r\n\r\n", "a length with an underscore"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: \xb2\r\n\r\n", "a superscript digit"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 9223372036854775808\r\n\r\n", "a length of 2^63"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 18446744073709551621\r\n\r\n", "a length of 2^64+5"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 00000000000000000000000005\r\n\r\n", "a length of 26 digits"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 00000000000000000005\r\n\r\n", "a length of 20 digits"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 6\r\n\r\n", "a list of different lengths"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: ,5\r\n\r\n", "an empty element before a length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5 5\r\n\r\n", "the same number twice"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1e1\r\n\r\n", "an exponent"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 0b1\r\n\r\n", "a binary length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5h\r\n\r\n", "a letter behind a length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: \x0b5\r\n\r\n", "a vertical tab before a length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\x00\r\n\r\n", "NUL behind a length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: \xef\xbc\x95\r\n\r\n", "a full-width digit"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: \xa05\r\n\r\n", "a no-break space before a length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n 6\r\n\r\n", "a folded length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length:\r\n\r\n", "a length and an empty length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: chunked\r\n\r\n", "a coding for a length"},
	{400, "GET / HTTP/1.1\r\n" + host + "Content-Length: 0, 46\r\n\r\nGET /admin HTTP/1.1\r\n", "a body on GET by the second of two lengths"},
	{400, "POST / HTTP/1.0\r\n" + host + "Content-Length: 5\r\nContent-Length: 0\r\n\r\n", "two lengths in HTTP/1.0"},

	// Transfer-Encoding (RFC 9112 sections 6.1 and 6.3).
	{400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "length with chunks"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "chunks with length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", "chunks with length 0"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n", "identity with length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "chunked twice"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", "chunked and identity in two lines"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, chunked\r\n\r\n", "chunked twice in a list"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, gzip\r\n\r\n", "chunked not last"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked,\r\n\r\n", "an empty element behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: ,chunked\r\n\r\n", "an empty element before chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding:\r\n\r\n", "an empty coding"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked;a=b\r\n\r\n", "chunked with a parameter"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: \"chunked\"\r\n\r\n", "chunked in quotes"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: \x0bchunked\r\n\r\n", "a vertical tab before chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\x0c\r\n\r\n", "a form feed behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chun\xe2\x80\x8bked\r\n\r\n", "an invisible character in chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding:\r\n chunked\r\n\r\n", "a folded coding"},
	{400, "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", "chunks in HTTP/1.0"},
	{400, "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "chunks with length in HTTP/1.0"},
	{400, "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", "identity in HTTP/1.0"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n\r\n", "another coding with length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n", "a coding that ends like chunked with length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n", "an empty coding with length"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n\r\n", "chunked and an empty coding"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", "two codings in two lines"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n\r\n", "identity behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: CHUNKED , chunked\r\n\r\n", "chunked twice in a list, in two spellings"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n , identity\r\n\r\n", "a folded list of codings"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding\x0b: chunked\r\n\r\n", "a vertical tab before the colon of framing"},
	{400, "POST / HTTP/1.1\r\n" + host + " Transfer-Encoding: chunked\r\n\r\n", "white space before the name of framing"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\x00\r\n\r\n", "NUL behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: \xffchunked\r\n\r\n", "a high byte before chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chun\xe2\x84\xaaed\r\n\r\n", "a Kelvin sign in chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked chunked\r\n\r\n", "chunked twice without a comma"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: x chunked\r\n\r\n", "another word before chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: [chunked]\r\n\r\n", "chunked in brackets"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\rX: a\r\n\r\n", "a bare carriage return behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\nX: a\r\n\r\n", "a bare line feed behind chunked"},
	{400, "POST / HTTP/1.1\r\n" + host + "X: a\nTransfer-Encoding: chunked\r\n\r\n", "a bare line feed before framing"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", "a coding that is not implemented"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", "identity, which is no coding any more"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n", "a coding that ends like chunked"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked-but-not\r\n\r\n", "a coding that begins like chunked"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: 'chunked'\r\n\r\n", "chunked in single quotes"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity, chunked\r\n\r\n", "identity before chunked"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunk\r\n\r\n", "chunked without its end"},
	{501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: x, chunked\r\n\r\n", "an unknown coding before chunked"},

	// What else a request may ask for.
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 200-ok\r\n\r\n", "an unknown expectation"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue, 100-continue\r\n\r\n", "a list of expectations"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", "two expectations"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect:\r\n\r\n", "an empty expectation"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue;a=b\r\n\r\n", "an expectation with a parameter"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue x\r\n\r\n", "an expectation of two words"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: y 100-continue\r\nContent-Length: 5\r\n\r\n", "another word before 100-continue"},
	{417, "POST / HTTP/1.1\r\n" + host + "Expect: 100\r\n\r\n", "half an expectation"},
	{400, "TRACE / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", "TRACE with a body"},
	{400, "TRACE / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "TRACE with chunks"},
	{400, "GET / HTTP/1.1\r\n" + host + "Connection: " + strings.Repeat("a,", 65) + "\r\n\r\n", "too many connection options"},

	// Limits (RFC 9110 section 15.5.15, RFC 6585 section 5).
	{414, "GET /" + strings.Repeat("a", 8<<10) + " HTTP/1.1\r\n" + host + "\r\n", "a long target"},
	{414, "GET /" + strings.Repeat("a", 8<<10), "a long target that has not ended"},
	{414, strings.Repeat("A", 8<<10+1), "a long method that has not ended"},
	{431, "GET / HTTP/1.1\r\n" + host + strings.Repeat("X: a\r\n", 128) + "\r\n", "129 fields"},
	{431, "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "a long value"},
	{431, "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 64<<10), "a long value that has not ended"},
	{431, "GET / HTTP/1.1\r\n" + host + strings.Repeat("X", 64<<10), "a long name that has not ended"},
}

// A byte that ends a line to some, or that some skip, is refused wherever it stands in a head.
func TestRequestsWithAByteTooMany(t *testing.T) {
	const raw = "POST /a?b HTTP/1.1\r\n" + host + "Content-Length: 5\r\nX: a b\r\n\r\n"
	for _, c := range "\r\n\x00\x0b\x0c\x7f" {
		for at := range len(raw) - 1 { // at the last byte a line feed would begin what follows the head
			var r message.Request
			if v := r.Parse([]byte(raw[:at]+string(c)+raw[at:]), message.Limits{}); v.Outcome != message.Refuse || v.Status != 400 {
				t.Errorf("%q before %q: %+v", c, raw[at:], v)
			}
		}
	}
}

func TestRequestsRefused(t *testing.T) {
	for _, c := range refusedRequests {
		t.Run(c.why, func(t *testing.T) {
			// Whatever is pipelined behind must not change the verdict.
			for _, behind := range []string{"", "GET /next HTTP/1.1\r\nHost: b.example\r\n\r\n"} {
				var r message.Request
				v := r.Parse([]byte(c.raw+behind), message.Limits{})
				if v.Outcome == message.Incomplete && behind == "" && !strings.HasSuffix(c.raw, "\n") {
					continue // wrong only because of what follows
				}
				if v.Outcome != message.Refuse || v.Status != c.status || v.Why == "" || v.Size != 0 || v.KeepAlive {
					t.Errorf("%.200q\nis %+v, want refused with %d", c.raw+behind, v, c.status)
				}
			}
		})
	}
}

// What is refused is refused at the first byte that makes it wrong, or a later one, but never first served and never
// with different statuses as it arrives.
func TestRequestsRefusedAsTheyArrive(t *testing.T) {
	for _, c := range refusedRequests {
		if len(c.raw) > 1<<10 {
			continue // quadratic
		}
		var r message.Request
		for n := range len(c.raw) {
			v := r.Parse([]byte(c.raw[:n]), message.Limits{})
			switch v.Outcome {
			case message.Incomplete:
			case message.Refuse:
				if v.Status != c.status {
					t.Errorf("%s: %q is refused with %d, the whole with %d", c.why, c.raw[:n], v.Status, c.status)
				}
			default:
				t.Errorf("%s: %q has outcome %d", c.why, c.raw[:n], v.Outcome)
			}
		}
	}
}
