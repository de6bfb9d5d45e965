package story_test

import (
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"lacquer/e2e/story"
	"lacquer/internal/memnet"
)

// forwarder is a house without a cache: it joins each connection of a client to one of its own to the origin.
type forwarder struct {
	network  *memnet.Network
	listener net.Listener
	running  sync.WaitGroup
}

func startForwarder(_ []byte, host story.Host) (story.House, error) {
	l, err := host.Network.Listen("tcp", ":8080")
	if err != nil {
		return nil, err
	}
	f := &forwarder{network: host.Network, listener: l}
	f.running.Go(f.accept)
	return f, nil
}

func (f *forwarder) accept() {
	for {
		c, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.running.Go(func() { f.join(c.(*memnet.Conn)) })
	}
}

func (f *forwarder) join(client *memnet.Conn) {
	defer client.Close()
	c, err := f.network.Dial(context.Background(), "tcp", "origin:80")
	if err != nil {
		return
	}
	origin := c.(*memnet.Conn)
	defer origin.Close()
	f.running.Go(func() {
		_, _ = io.Copy(origin, client)
		_ = origin.CloseWrite()
	})
	if _, err := io.Copy(client, origin); err != nil {
		client.Reset()
	}
}

func (f *forwarder) Stop(context.Context) error {
	err := f.listener.Close()
	f.running.Wait()
	return err
}

// tell plays a script in a bubble and returns what went wrong.
func tell(t *testing.T, script string) (err error) {
	t.Helper()
	parsed, err := story.Parse("story.txtar", []byte(script))
	if err != nil {
		t.Fatalf("%v in\n%s", err, script)
	}
	synctest.Test(t, func(*testing.T) { err = story.Tell(parsed, startForwarder) })
	return err
}

// page is what most of the stories below begin with.
const page = `# a page
origin answers GET /page
	Cache-Control: max-age=60
	Set-Cookie: a=1
	Set-Cookie: b=2
	body "hello"
client a sends GET /page
`

func TestStoriesThatHold(t *testing.T) {
	f := func(script string) {
		t.Helper()
		if err := tell(t, script); err != nil {
			t.Errorf("%v\n\n%s", err, script)
		}
	}
	f(page + `
client a gets 200
	Cache-Control: max-age=60
	cache-control ~ age=\d+
	Set-Cookie: a=1, b=2
	Via !~ .
	no Age
	has Date
	body "hello"
	body ~ ^h.*o$
	elapsed 0s
origin saw 1 GET /page
	Host: example.org
	no Cookie
	body empty
origin saw no POST /page
origin saw 0..1 GET /other
`) // every kind of expectation
	f(`# answers in a row, and the last again and again
origin answers GET /page
	after 1s
	body "first"
origin answers GET /page
	status 404 Gone Fishing
	body "again {count}"
client a sends GET /page
client a gets 200
	body "first"
	elapsed 1s
client a sends GET /page
client a gets 404
	body "again 2"
client a sends GET /page
client a gets 404
	body "again 3"
origin now answers GET /page
	body "instead"
client a sends GET /page
client a gets 200
	body "instead"
`)
	f(`# answers that depend on the request
origin answers GET /page
	body "hello {request.Cookie}"
origin answers GET /page
	when Cookie ~ ^a=
	body "a"
origin answers GET /page
	when Cookie ~ ^a=
	when has If-None-Match
	status 304
client a sends GET /page
	Cookie: b=1
client a gets 200
	body "hello b=1"
client a sends GET /page
	Cookie: a=1
client a gets 200
	body "a"
client a sends GET /page
	Cookie: a=1
	If-None-Match: "x"
client a gets 304
	no Content-Length
`)
	f(`# a herd: each has its own request, and gets its own answer
origin answers GET /page
	after 700ms
	body "for {request.X-Member}"
herd 300 sends GET /page
	X-Member: {member}
herd 300 gets 200
	body "for {member}"
	elapsed 700ms..701ms
origin saw 300 GET /page
`)
	f(`# pieces and a barrier
barrier half 2
origin answers GET /page
	body 100 bytes
	sync half
	after 1h
	send 50 bytes
client a sends GET /page
client a gets head 200
	Content-Length: 150
	elapsed 0s
client a reads 100 bytes
client a got nothing
sync half
client a got nothing
sleep 59m
client a got nothing
client a reads 50 bytes
client a is finished
`)
	f(`# chunks, trailers of none, and the end of the connection
origin answers GET /chunks
	chunked
	send page.html
	send "more"
origin answers GET /close
	until close
	body page.html
client a sends GET /chunks
client a gets 200
	Transfer-Encoding: chunked
	body "<p>text</p>\nmore"
client a sends GET /close
client a gets 200
	no Content-Length
	Connection: close
	body page.html
client a is closed
-- page.html --
<p>text</p>
`)
	f(`# trailers, both ways
origin answers POST /sums
	chunked
	send "pages"
	trailer X-Sum: {request.X-Count} pages
	trailer X-More: 1
client a sends POST /sums
	X-Count: 3
	chunked
	body "three"
	trailer X-Asked: {date}
client a gets 200
	body "pages"
	no X-Sum
	trailer X-Sum: 3 pages
	trailer has X-More
	trailer no X-Less
origin saw 1 POST /sums
	trailer X-Asked ~ GMT$
	trailer no X-Sum
`)
	f(`# cuts of every kind
origin answers GET /length
	length 100
	body 10 bytes
	cut
origin answers GET /chunks
	chunked
	send 10 bytes
	cut
origin answers GET /reset
	length 100
	body 10 bytes
	after 1s
	reset
client a sends GET /length
client a gets 200
	cut
	body 10 bytes
client b sends GET /chunks
client b gets head 200
client b reads 10 bytes
client b is cut
client c sends GET /reset
client c gets 200
	cut
`)
	f(`# bodies of requests, and interim responses
origin answers POST /form
	interim 103 Link: </a.css>
	status 204
client a sends POST /form
	Expect: 100-continue
	body "x=1"
client a gets 100
client a gets 103
	Link: </a.css>
client a gets 204
origin saw 1 POST /form
	Content-Length: 3
	body "x=1"
client a sends POST /form
	chunked
	body 64 KiB
client a gets 204
origin saw 2 POST /form
	no Content-Length
	body 64 KiB
`)
	f(`# an upgrade
origin answers GET /socket
	when Upgrade: websocket
	upgrade websocket
	expect "ping"
	send "pong"
	echo
client a sends GET /socket
	Connection: Upgrade
	Upgrade: websocket
client a gets head 101
	Upgrade: websocket
client a says "ping"
client a reads "pong"
client a says "anything"
client a reads "anything"
client a leaves
`)
	f(`# a client that does not read holds up the origin
barrier sent 2
origin answers GET /page
	body 1 MiB
	sync sent
client a pauses
client a sends GET /page
settle
origin saw 1 GET /page
client a resumes
client a gets 200
	body 1 MiB
sync sent
proxy holds under 64 MiB
`)
	f(`# raw bytes, the end and the return of the origin
origin answers GET /page
	raw "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
client a says "GET /page HTTP/1.1\r\nHost: example.org\r\n\r\n"
client a gets 200
	body "ok"
origin stops
client a is closed
origin starts
client a comes from 192.0.2.9
client a sends GET /page
client a gets 200
client a dials 203.0.113.1:8080
client a sends GET /page
client a gets 200
log has no page
`)
	f(`# dates move with the clock
origin answers GET /page
	Expires: {date+1h}
	Last-Modified: {date-100s}
client a sends GET /page
client a gets 200
	Date: Sat, 01 Jan 2000 00:00:00 GMT
	Expires: Sat, 01 Jan 2000 01:00:00 GMT
	Last-Modified: Fri, 31 Dec 1999 23:58:20 GMT
`)
	f(`# a connection that was idle for long is opened anew
origin answers GET /page
	body "page {count}"
	after 75s
	cut
client a sends GET /page
client a gets 200
	body "page 1"
sleep 80s
client a sends GET /page
client a gets 200
	body "page 2"
`)
	f(`# HEAD has a length and no body
origin answers HEAD /page
	body "hello"
client a sends HEAD /page
client a gets 200
	Content-Length: 5
	body empty
`)
	f(`# who leaves in the middle does not disturb the origin
origin answers GET /page
	body 10 bytes
	hang
client a sends GET /page
client a gets head 200
client a leaves
client b sends GET /page
client b gets head 200
client b resets
`)
}

func TestStoriesThatFail(t *testing.T) {
	f := func(script, want string) {
		t.Helper()
		err := tell(t, script)
		if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
			t.Errorf("got %v\nwant %s in\n\n%s", err, want, script)
		}
	}
	// Expectations of a client.
	f(page+"client a gets 404", `got\nHTTP/1.1 200 OK`)
	f(page+"client a gets 200\n\tAge: 1", `line 9: there is no Age, want "1"`)
	f(page+"client a gets 200\n\tCache-Control: max-age=6", `Cache-Control is "max-age=60", want "max-age=6"`)
	f(page+"client a gets 200\n\tCache-Control ~ s-maxage", `want it to match s-maxage`)
	f(page+"client a gets 200\n\tCache-Control !~ max-age", `want it not to match max-age`)
	f(page+"client a gets 200\n\tno Cache-Control", `there is a Cache-Control`)
	f(page+"client a gets 200\n\thas Age", `there is no Age`)
	f(page+"client a gets 200\n\ttrailer X-Sum: 1", `in the trailers there is no X-Sum`)
	f(page+"client a gets 200\n\tbody \"hell\"", `the body is "hello" \(5 bytes\), want "hell" \(4 bytes\)`)
	f(page+"client a gets 200\n\tbody ~ ^x", `does not match \^x`)
	f(page+"client a gets 200\n\tbody 5 bytes", `want 5 bytes of the pattern`)
	f(page+"client a gets 200\n\telapsed under 0s", `it took 0s`)
	f(page+"client a gets 200\n\telapsed at least 1s", `it took 0s`)
	f(page+"client a gets 200\n\tcut", `the body came whole`)
	f(page+"client a gets 200\nclient a gets 200", `no response within 10m`)
	f(page+"client a got nothing", `a response came`)
	f(page+"client a is closed", `the connection is still there`)
	f(page+"client a gets head 200\nclient a is finished", `5 bytes more came than were read`)
	f(page+"client a gets head 200\nclient a is cut", `the body came whole`)
	f(page+"client a gets head 200\nclient a reads \"help\"", `read "hell", want "help"`)
	f(page+"client a gets head 200\nclient a reads \"hello!\"", `5 bytes of the body came, want 6`)
	f(page+"client b gets 200", `it has sent nothing yet`)
	f(page+"client b reads 5 bytes", `it looks at no response`)
	f(page+"herd 3 sends GET /page\nherd 3 gets 404", `herd 3, member 1: got`)

	// Expectations of the origin and the log.
	f(page+"origin saw 2 GET /page", `it saw 1`)
	f(page+"origin saw no GET /page", `it saw 1`)
	f(page+"origin saw 1 GET /page\n\tCookie: a=1", `there is no Cookie`)
	f(page+"origin saw 1 GET /page\n\tbody \"x\"", `the body is "" \(0 bytes\)`)
	f(page+"log has 1 page", `0 lines match`)
	f("# x\nclient a sends GET /page\nclient a is closed\nclient a gets 200", `nothing was said about\nGET /page HTTP/1.1`)

	// A connection that ends with a response is not opened anew unsaid; one that was idle for long is.
	f("# x\norigin answers GET /page\n\tclose\nclient a sends GET /page\nclient a gets 200\nsettle\nclient a sends GET /page", `the connection has ended with the last response`)

	// What goes wrong by itself.
	f("# x\norigin answers GET /page\n\tlength 10\n\tbody \"short\"\n\tcut\nclient a sends GET /page\nclient a gets 200", `not whole: the body was cut after 5 of 10 bytes`)
	f("# x\norigin answers GET /page\n\traw \"HTTP/1.1 200 OK\\n\\n\"\nclient a sends GET /page\nclient a gets 200", `ends without CR`)
	f("# x\norigin answers GET /page\n\traw \"HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\"\nclient a sends GET /page\nclient a gets 200", `both Transfer-Encoding and Content-Length`)
	f("# x\nclient a says \"GET\\r\\n\\r\\n\"\nsettle\nsettle", `"GET" is not the first line of a request`)
	f("# x\nbarrier b 3\nsync b", `barrier b: only some of the 3 came`)
	f("# x\nsync b", `there is no barrier "b"`)
	f("# x\norigin stops\nclient a sends GET /\nclient a gets 200", `no response: the connection ended|does not take bytes any more`)
	f("# x\norigin answers GET /page\n\texpect \"a\"\nclient a sends GET /page\nclient a says \"b\"\nclient a gets 200", `is "b" \(1 bytes\), want "a"`)

	// What only shows when it is tried.
	f("# x\nclient a sends GET /\n\tbody missing.html", `the story has no file missing.html`)
	f("# x\nherd many sends GET /", `"many" is not the size of a herd`)
	f("# x\nsleep long", `invalid duration`)
	f("# x\nproxy stops", `the proxy does not run`)
}

func TestParseRefuses(t *testing.T) {
	f := func(script, want string) {
		t.Helper()
		_, err := story.Parse("story.txtar", []byte(script))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want %s", script, err, want)
		}
	}
	f("", "begin with a comment")
	f("settle\n", "begin with a comment")
	f("# title\n", "nothing happens")
	f("# title\n\tindented\n", `story.txtar:2: "indented" is indented`)
	f("# title\nclient a says \"x\n", "a quote is not closed")
	f("# title\nclient a sings", `story.txtar:2: client a sings: nobody understands this`)
	f("# title\nsettle now", `nobody understands this`)
	f("# title\nsettle\n\tCookie: a", `nothing can stand beneath this, but line 3 does`)
	f("# title\norigin answers GET /\n\tdance", `line 3: an origin cannot "dance"`)
	f("# title\nclient a sends GET /\n\tdance", `line 3: "dance" is not a part of a request`)
	f("# title\nclient a gets 200\n\tdance", `line 3: "dance" cannot be expected`)
	f("# title\nclient a gets 200\n\tVia ~ [", `line 3: error parsing regexp`)
	f("# title\nsettle\n-- a --\n-- a --\n", "the file a is there twice")
}

// TestGoroutineLeftBehind shows that a house that forgets a goroutine fails its story.
func TestGoroutineLeftBehind(t *testing.T) {
	parsed, err := story.Parse("story.txtar", []byte(page+"client a gets 200"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(*testing.T) {
		forgotten := make(chan struct{})
		err := story.Tell(parsed, func(config []byte, host story.Host) (story.House, error) {
			go func() { <-forgotten }()
			return startForwarder(config, host)
		})
		if err == nil || !strings.Contains(err.Error(), "goroutines left behind: 1") {
			t.Errorf("got %v, want a goroutine left behind", err)
		}
		close(forgotten)
	})
}
