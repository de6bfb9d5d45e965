package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"lacquer/internal/daemon"
	"lacquer/internal/demo"
	"lacquer/internal/memnet"
)

// stage is a demo in a network in memory, with a browser in front of it.
type stage struct {
	*testing.T
	demo    *demo.Demo
	network *memnet.Network
	browser *http.Client
	token   string
	stopped bool
}

// perform runs a test on a stage of its own, in a bubble where time costs nothing.
func perform(t *testing.T, test func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := memnet.New()
		d, err := demo.Start(demo.Options{Host: daemon.Host{Listen: network.Listen, Dial: network.Dial}})
		if err != nil {
			t.Fatal(err)
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		s := &stage{T: t, demo: d, network: network, browser: &http.Client{
			Transport: &http.Transport{DialContext: network.Dial}, Jar: jar,
		}}
		defer func() {
			s.browser.CloseIdleConnections()
			s.stop()
		}()
		page, _ := s.get(d.ControlURL() + "/")
		found := regexp.MustCompile(`<meta name="token" content="(\w+)">`).FindStringSubmatch(page)
		if found == nil {
			t.Fatalf("the control page carries no token:\n%s", page)
		}
		s.token = found[1]
		test(s)
	})
}

// stop ends the demo, at the latest when the test does.
func (s *stage) stop() {
	s.Helper()
	if s.stopped {
		return
	}
	s.stopped = true
	if err := s.demo.Stop(context.Background()); err != nil {
		s.Errorf("Stop: %v", err)
	}
}

// do sends a request and returns the body and the head of the answer.
func (s *stage) do(r *http.Request) (string, *http.Response) {
	s.Helper()
	answer, err := s.browser.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatalf("%s was cut: %v", r.URL, err)
	}
	return string(body), answer
}

func (s *stage) get(target string) (string, *http.Response) {
	s.Helper()
	r, err := http.NewRequest("GET", target, nil)
	if err != nil {
		s.Fatal(err)
	}
	return s.do(r)
}

// see asks for a page of the site as a browser and returns it with what Cache-Status says.
func (s *stage) see(path string) (page, cache string) {
	s.Helper()
	page, answer := s.get(s.demo.SiteURL() + path)
	return page, answer.Header.Get("Cache-Status")
}

// send posts a form to the site and returns the page that the browser ends up with.
func (s *stage) send(path string, form url.Values) string {
	s.Helper()
	r, err := http.NewRequest("POST", s.demo.SiteURL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	page, _ := s.do(r)
	return page
}

// order is a call of the control page.
func (s *stage) order(path string, order any) *http.Request {
	s.Helper()
	text, err := json.Marshal(order)
	if err != nil {
		s.Fatal(err)
	}
	r, err := http.NewRequest("POST", s.demo.ControlURL()+path, bytes.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("X-Demo-Token", s.token)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// fields are what an order consists of.
type fields map[string]any

// call has an order carried out, and reads the answer into one if there is to be one.
func (s *stage) call(path string, order fields, answer any) {
	s.Helper()
	body, head := s.do(s.order(path, order))
	if head.StatusCode != http.StatusOK {
		s.Fatalf("%s: %s: %s", path, head.Status, body)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal([]byte(body), answer); err != nil {
		s.Fatalf("%s: %v in %s", path, err, body)
	}
}

// watch opens the stream of events.
func (s *stage) watch() *viewer {
	s.Helper()
	answer, err := s.browser.Get(s.demo.ControlURL() + "/events")
	if err != nil {
		s.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		s.Fatalf("events: %s", answer.Status)
	}
	return newViewer(s, answer.Body)
}

// viewer reads the stream of events.
type viewer struct {
	stage *stage
	body  io.Closer
	lines *bufio.Scanner
	seen  []demo.Transaction
	last  demo.News
}

func newViewer(s *stage, body io.ReadCloser) *viewer {
	v := &viewer{stage: s, body: body, lines: bufio.NewScanner(body)}
	v.lines.Buffer(nil, 1<<20) // a message that brings a herd is long
	return v
}

func (v *viewer) close() { v.body.Close() }

// next reads one message.
func (v *viewer) next() bool {
	v.stage.Helper()
	for v.lines.Scan() {
		text, ok := strings.CutPrefix(v.lines.Text(), "data: ")
		if !ok {
			continue
		}
		v.last = demo.News{}
		if err := json.Unmarshal([]byte(text), &v.last); err != nil {
			v.stage.Fatalf("event: %v in %s", err, text)
		}
		v.seen = append(v.seen, v.last.Transactions...)
		return true
	}
	return false
}

// until reads on until something holds.
func (v *viewer) until(holds func() bool) {
	v.stage.Helper()
	for !holds() {
		if !v.next() {
			v.stage.Fatalf("the stream ended; seen: %+v", v.seen)
		}
	}
}
