package accesslog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"lacquer/edge"
	"lacquer/internal/accesslog"
	"lacquer/policy"
	"lacquer/proxy"
)

// entry is a transaction of which everything is known.
func entry() *edge.Entry {
	return &edge.Entry{
		Time:      time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.FixedZone("", 3600)),
		Duration:  1234567 * time.Nanosecond,
		Client:    netip.MustParseAddr("192.0.2.1"),
		RequestID: "id",
		Method:    "GET", Scheme: "http", Host: "example.org", URI: "/a?b", Proto: "HTTP/1.1",
		Referer: "http://r/", UserAgent: "agent/1 (x)", User: "me",
		Status: 200, Bytes: 1234, Backend: "app", Waited: 2 * time.Millisecond,
		Record: proxy.Record{Cache: policy.CacheStatus{Hit: true}},
	}
}

// line returns what is written for one entry.
func line(format string, e *edge.Entry) string {
	var out bytes.Buffer
	l := accesslog.New(accesslog.Options{Writer: &out, Format: format})
	l.Write(e)
	if err := l.Close(); err != nil {
		return err.Error()
	}
	return out.String()
}

func TestCombined(t *testing.T) {
	f := func(change func(*edge.Entry), want string) {
		t.Helper()
		e := entry()
		change(e)
		if got := line(accesslog.Combined, e); got != want+"\n" {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	f(func(*edge.Entry) {},
		`192.0.2.1 - me [02/Jan/2026:15:04:05 +0100] "GET /a?b HTTP/1.1" 200 1234 "http://r/" "agent/1 (x)"`)

	// What is not known, and a client that left before there was an answer.
	f(func(e *edge.Entry) {
		e.Client, e.User, e.Referer, e.UserAgent, e.Status, e.Bytes = netip.Addr{}, "", "", "", 0, 0
	}, `- - - [02/Jan/2026:15:04:05 +0100] "GET /a?b HTTP/1.1" 499 0 "-" "-"`)

	// Bytes that would end the line or a column, or steer a terminal.
	f(func(e *edge.Entry) {
		e.User, e.URI, e.Referer, e.UserAgent = "a b", `/"\`, "\r\n1.2.3.4 - -", "\x1b[31m\xc3\xa4\x7f"
	}, `192.0.2.1 - a\x20b [02/Jan/2026:15:04:05 +0100] "GET /\x22\x5C HTTP/1.1" 200 1234 "\x0D\x0A1.2.3.4 - -" "\x1B[31m\xC3\xA4\x7F"`)
}

func TestJSON(t *testing.T) {
	f := func(change func(*edge.Entry), want string) {
		t.Helper()
		e := entry()
		change(e)
		if got := line(accesslog.JSON, e); got != want+"\n" {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	f(func(*edge.Entry) {},
		`{"time":"2026-01-02T14:04:05.678Z","client":"192.0.2.1","request_id":"id","method":"GET","scheme":"http","host":"example.org",`+
			`"uri":"/a?b","proto":"HTTP/1.1","status":200,"bytes":1234,"duration_ms":1.235,"cache":"hit","backend":"app",`+
			`"backend_ms":2.000,"user":"me","referer":"http://r/","agent":"agent/1 (x)","cut":false}`)

	// Every key is there, whatever is known.
	f(func(e *edge.Entry) { *e = edge.Entry{Time: e.Time, Cut: true} },
		`{"time":"2026-01-02T14:04:05.678Z","client":"","request_id":"","method":"","scheme":"","host":"",`+
			`"uri":"","proto":"","status":0,"bytes":0,"duration_ms":0.000,"cache":"","backend":"",`+
			`"backend_ms":0.000,"user":"","referer":"","agent":"","cut":true}`)
}

// Whatever a client sends, a line is one line of what its format can be read back from.
func FuzzLine(f *testing.F) {
	f.Add("\"\\\x00\x1f\x7f", "\u0085\u2028ä\xff")
	f.Add("\r\n", "</script>")
	f.Fuzz(func(t *testing.T, a, b string) {
		e := entry()
		e.URI, e.UserAgent = a, b
		text := line(accesslog.JSON, e)
		var back struct{ URI, Agent string }
		if err := json.Unmarshal([]byte(text), &back); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if utf8.ValidString(a) && back.URI != a || utf8.ValidString(b) && back.Agent != b {
			t.Errorf("%q, %q came back as %+v", a, b, back)
		}
		combined := line(accesslog.Combined, e)
		quoted := strings.Split(combined, `"`)
		agent, err := strconv.Unquote(`"` + quoted[5] + `"`)
		if err != nil || len(quoted) != 7 || agent != b && b != "" {
			t.Errorf("%q came back as %q from %q (%v)", b, agent, combined, err)
		}
		for _, c := range []byte(text + combined) {
			if c < ' ' && c != '\n' {
				t.Errorf("a control byte in %q", text+combined)
			}
		}
		if strings.Count(text, "\n") != 1 || strings.Count(combined, "\n") != 1 {
			t.Errorf("more than one line in %q", text+combined)
		}
	})
}

// gate is a writer that waits until it is opened.
type gate struct {
	opened chan struct{}
	mu     sync.Mutex
	text   bytes.Buffer
	fail   error
	cut    int // writes that did not end with a line
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.opened
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fail != nil {
		return 0, g.fail
	}
	if !bytes.HasSuffix(p, []byte("\n")) {
		g.cut++
	}
	return g.text.Write(p)
}

// A writer that is stuck costs lines, each of them counted, and holds up nobody.
func TestNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{opened: make(chan struct{})}
		l := accesslog.New(accesslog.Options{Writer: g})
		const lines = 10000
		for range lines {
			l.Write(entry()) // would deadlock the bubble if it waited
		}
		dropped := l.Dropped()
		if dropped == 0 {
			t.Error("nothing was dropped")
		}
		close(g.opened)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if got := int64(bytes.Count(g.text.Bytes(), []byte("\n"))); got != lines-dropped {
			t.Errorf("%d lines written, %d dropped, of %d", got, dropped, lines)
		}
		if g.cut > 0 {
			t.Errorf("%d writes ended within a line", g.cut)
		}
		l.Write(entry())
		if got := l.Dropped(); got != dropped+1 {
			t.Errorf("after Close: %d dropped, want %d", got, dropped+1)
		}
	})
}

// A writer that stays stuck does not hold up the end of the process.
func TestCloseGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{opened: make(chan struct{})}
		l := accesslog.New(accesslog.Options{Writer: g})
		l.Write(entry())
		begin := time.Now()
		if err := l.Close(); err == nil || time.Since(begin) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
		close(g.opened)
	})
}

// A writer that fails loses what it was given, and is tried again.
func TestWriterFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{opened: make(chan struct{}), fail: errors.New("disk full")}
		close(g.opened)
		l := accesslog.New(accesslog.Options{Writer: g})
		l.Write(entry())
		synctest.Wait()
		g.mu.Lock()
		g.fail = nil
		g.mu.Unlock()
		l.Write(entry())
		if err := l.Close(); err == nil || err.Error() != "disk full" {
			t.Errorf("Close: %v", err)
		}
		if written := strings.Count(g.text.String(), "\n"); written != 1 || l.Dropped() != 1 {
			t.Errorf("%d lines written, %d dropped", written, l.Dropped())
		}
	})
}

// Lines of many requests do not mix.
func TestConcurrent(t *testing.T) {
	var out bytes.Buffer
	l := accesslog.New(accesslog.Options{Writer: &out})
	var writers sync.WaitGroup
	for i := range 20 {
		writers.Go(func() {
			for range 50 {
				e := entry()
				e.UserAgent = strings.Repeat(fmt.Sprint(i%10), 100+i)
				l.Write(e)
			}
		})
	}
	writers.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 1000 {
		t.Errorf("%d lines", len(lines))
	}
	for _, text := range lines {
		agent := strings.Split(text, `"`)[5]
		if strings.Trim(agent, agent[:1]) != "" || !strings.HasPrefix(text, "192.0.2.1 ") {
			t.Fatalf("a mixed line: %s", text)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, format := range []string{accesslog.Combined, accesslog.JSON} {
		b.Run(format, func(b *testing.B) {
			l := accesslog.New(accesslog.Options{Writer: discard{}, Format: format})
			defer l.Close()
			e := entry()
			b.ReportAllocs()
			for b.Loop() {
				l.Write(e)
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
