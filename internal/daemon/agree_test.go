package daemon_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lacquer/internal/daemon"
	"lacquer/internal/memnet"
	"lacquer/policy/trial"
)

// TestTrialsAgree holds what tests of rules are told to what really happens: each test of each example is tried, and its requests are sent
// through a whole Lacquer to an origin that answers as the test says.
func TestTrialsAgree(t *testing.T) {
	for _, path := range glob(t, "../../vcl-examples/*/lacquer.yaml") {
		source := daemon.Source{File: path, System: fstest.MapFS{}, Environ: []string{"LACQUER_TRUSTED_PROXIES=0.0.0.0/0,::/0"}}
		tests := load(t, source).Tests
		for i := range tests {
			t.Run(filepath.Base(filepath.Dir(path))+"/"+tests[i].Name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { agree(t, source, &tests[i]) })
			})
		}
	}
}

// stage is a whole Lacquer and an origin that plays a test.
type stage struct {
	*memnet.Network
	t      *testing.T
	test   *trial.Test
	origin *http.Server
	asked  []*http.Request
}

func agree(t *testing.T, source daemon.Source, test *trial.Test) {
	cfg := load(t, source)
	s := &stage{Network: memnet.New(), t: t, test: test}
	s.openOrigin()
	d, err := daemon.Start(cfg, daemon.Host{Listen: s.Listen, Dial: s.Dial, AccessLog: new(logBook)})
	if err != nil {
		t.Fatal(err)
	}
	site := &trial.Site{Rules: cfg.Rules, Settings: cfg.Cache.Settings, Default: cfg.Backend.Name, Tags: cfg.Purge.Tags, Expose: cfg.Purge.Expose}
	want := site.Try(test, time.Now())
	if test.Later {
		s.send()
		time.Sleep(test.After)
	}
	if test.Down {
		s.origin.Close()
	}
	synctest.Wait()
	s.asked = nil
	s.compare(want, s.send())
	s.origin.Close()
	if err := d.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func (s *stage) openOrigin() {
	l, err := s.Listen("tcp", "origin:80")
	if err != nil {
		s.t.Fatal(err)
	}
	s.origin = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r)
		if s.test.Response == nil {
			return
		}
		for _, f := range s.test.Response.Head.Header {
			w.Header().Add(f.Name, f.Value)
		}
		w.WriteHeader(s.test.Response.Head.Status)
		if _, err := w.Write(s.test.Response.Body); err != nil && r.Method != http.MethodHead {
			s.t.Error(err)
		}
	})}
	go s.origin.Serve(l)
}

// send sends the test's request over a connection of its own, and returns the answer without its body.
func (s *stage) send() *http.Response {
	s.t.Helper()
	q := s.test.Request
	transport := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return s.Dial(ctx, "tcp", "127.0.0.1:8080")
	}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(s.t.Context(), q.Method, "http://"+q.Authority+q.URI(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("User-Agent", "")
	request.Header.Set("X-Forwarded-Proto", q.Scheme)
	for _, f := range q.Header {
		request.Header.Add(f.Name, f.Value)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
	return response
}

// compare tells where what was tried differs from what happened.
func (s *stage) compare(tried *trial.Result, happened *http.Response) {
	s.t.Helper()
	status := happened.Header.Get("Cache-Status")
	is := func(what string) bool { return strings.Contains(status, what) }
	hit := is("; hit") || is("detail=stale-if-error") // which is told as a fetch that failed
	if want := tried.Outcome == trial.Hit || tried.Outcome == trial.Stale; hit != want {
		s.t.Errorf("tried: %v; happened: %s", tried.Outcome, status)
	}
	if tried.Outcome != trial.Hit && tried.Reason != 0 && !is("detail="+tried.Reason.String()) {
		s.t.Errorf("tried: %v; happened: %s", tried.Reason, status)
	}
	if tried.Outcome == trial.Miss || tried.Outcome == trial.Pass {
		s.compareAsked(tried)
	}
	if tried.Response == nil {
		return
	}
	if tried.Judged != nil && tried.Outcome == trial.Miss && tried.Judged.Store != is("; stored") {
		s.t.Errorf("tried: stored %v; happened: %s", tried.Judged.Store, status)
	}
	if happened.StatusCode != tried.Response.Status {
		s.t.Errorf("tried: %d; happened: %d", tried.Response.Status, happened.StatusCode)
	}
	for _, f := range tried.Response.Header {
		if got := happened.Header.Get(f.Name); got != f.Value {
			s.t.Errorf("%s: tried: %q; happened: %q", f.Name, f.Value, got)
		}
	}
	for name := range happened.Header {
		if !tried.Response.Header.Has(name) && name != "Via" && name != "Cache-Status" && name != "Date" && name != "Content-Length" && name != "Content-Type" {
			s.t.Errorf("%s: tried: not there; happened: %q", name, happened.Header.Get(name))
		}
	}
}

// compareAsked compares what the origin was asked.
func (s *stage) compareAsked(tried *trial.Result) {
	s.t.Helper()
	if len(s.asked) != 1 {
		s.t.Errorf("the origin was asked %d times", len(s.asked))
		return
	}
	asked := s.asked[0]
	if asked.RequestURI != tried.Asked.URI() || asked.Host != tried.Asked.Authority || asked.Method != tried.Asked.Method {
		s.t.Errorf("tried: %s %s %s; happened: %s %s %s", tried.Asked.Method, tried.Asked.Authority, tried.Asked.URI(), asked.Method, asked.Host, asked.RequestURI)
	}
	for _, f := range tried.Asked.Header {
		if got := strings.Join(asked.Header.Values(f.Name), ", "); got != f.Value {
			s.t.Errorf("asked with %s: tried: %q; happened: %q", f.Name, f.Value, got)
		}
	}
	if got := asked.Header.Get("Cookie"); got != tried.Asked.Header.Get("Cookie") {
		s.t.Errorf("asked with Cookie: tried: %q; happened: %q", tried.Asked.Header.Get("Cookie"), got)
	}
}
