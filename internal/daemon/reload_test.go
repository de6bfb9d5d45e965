package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lacquer/internal/daemon"
)

// changing is a configuration that tests change while a Daemon runs.
type changing struct {
	*daemon.Daemon
	mu   sync.Mutex // protects text
	text string
	log  bytes.Buffer
}

const oneBackend = "backends: {app: {url: 'http://127.0.0.1:3000', timeouts: {first_byte: 1h}}}\n"

func (c *changing) load() (*daemon.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return daemon.Load(daemon.Source{File: "lacquer.yaml", Data: []byte(c.text), System: fstest.MapFS{}, Files: fstest.MapFS{}})
}

// reload takes a configuration, which must be right.
func (c *changing) reload(t *testing.T, text string) daemon.Version {
	t.Helper()
	c.set(text)
	v, err := c.Reload()
	if err != nil {
		t.Fatalf("Reload: %v", err)
	}
	return v
}

func (c *changing) set(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = text
}

func startChanging(t *testing.T, h *house, text string) *changing {
	t.Helper()
	c := &changing{text: text}
	cfg, err := c.load()
	if err != nil {
		t.Fatal(err)
	}
	c.Daemon, err = daemon.Start(cfg, daemon.Host{
		Listen: h.Listen, Dial: h.Dial, AccessLog: &h.log, Load: c.load, Log: slog.New(slog.NewTextHandler(&c.log, nil)),
	})
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return c
}

// says is a configuration whose rule answers everything beneath /rule.
func says(text string) string {
	return oneBackend + "rules: [{name: answer, on: request, when: 'req.path startsWith \"/rule\"', respond: {status: 200, body: " + text + "}}]\n"
}

func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := startChanging(t, h, says("one"))
		h.expect("http://127.0.0.1:8080/rule", "200 miss one")
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")

		v := d.reload(t, says("two"))
		h.expect("http://127.0.0.1:8080/rule", "200 miss two")
		h.expect("http://127.0.0.1:8080/a", "200 hit hello from /a") // what is stored stays
		if v.Number != 2 || v.Of != 2 || v.Rules != 1 || v.File != "lacquer.yaml" || len(v.Hash) != 64 || v.By != "reload" || string(v.Documents[0].Text) != says("two") {
			t.Errorf("version: %+v", v)
		}

		// Back to the first, and again to the second by its number.
		back, err := d.Rollback(0)
		if err != nil || back.Number != 3 || back.Of != 1 {
			t.Errorf("Rollback: %+v, %v", back, err)
		}
		h.expect("http://127.0.0.1:8080/rule", "200 miss one")
		if _, err := d.Rollback(0); err == nil || err.Error() != "no configuration before version 1 is kept; there is nothing to go back to" {
			t.Errorf("Rollback past the first: %v", err)
		}
		if _, err := d.RollbackFor(2, "tester"); err != nil {
			t.Errorf("Rollback: %v", err)
		}
		h.expect("http://127.0.0.1:8080/rule", "200 miss two")
		if _, err := d.Rollback(77); err == nil || err.Error() != "version 77 is not kept; those from 1 to 4 are" {
			t.Errorf("Rollback to what is not there: %v", err)
		}
		if list := d.Versions(); len(list) != 4 || list[0].Number != 4 || list[0].By != "tester" || list[0].Hash != list[2].Hash || list[3].By != "start" {
			t.Errorf("versions: %+v", list)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

// TestReloadRefused: what does not load, does not compile or fails its tests leaves the old one running, and says all that is wrong.
func TestReloadRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := startChanging(t, h, says("one"))
		f := func(text string, want ...string) {
			t.Helper()
			d.set(text)
			_, err := d.Reload()
			wrong, ok := err.(*daemon.Error)
			if !ok || len(wrong.Problems) != len(want) {
				t.Fatalf("got %v", err)
			}
			for i, p := range wrong.Problems {
				if p.Text != want[i] {
					t.Errorf("got %s, want %s", p.Text, want[i])
				}
			}
			h.expect("http://127.0.0.1:8080/rule", "200 miss one")
		}
		f(oneBackend+"cache: {tll: 1s}\nlisten: 1\n", `unknown key "tll"; did you mean "ttl"?`, `listen: "1": neither :port nor host:port, as in :8080 or [::1]:8080`)
		f(oneBackend+"rules: [{on: request, pas: true}]\n", `rule 1: a rule knows no "pas"; did you mean pass?`)
		f(says("two")+"tests: [{name: t, request: {url: /rule}, expect: {pass: true}}]\n", `test "t": pass: expected true, got false`)
		if list := d.Versions(); len(list) != 1 {
			t.Errorf("versions: %+v", list)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

// TestReloadKeepsWhatIsUnderWay: a request ends under the rules with which it began.
func TestReloadKeepsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signed := func(name string) string {
			return oneBackend + "rules: [{name: sign, on: deliver, set: {X-Rules: " + name + "}}]\n"
		}
		h := newHouse(t)
		d := startChanging(t, h, signed("old"))
		got := make(chan string, 1)
		go func() {
			response, err := h.client.Get("http://127.0.0.1:8080/held")
			if err != nil {
				got <- err.Error()
				return
			}
			response.Body.Close()
			got <- response.Header.Get("X-Rules")
		}()
		synctest.Wait()
		d.reload(t, signed("new"))
		close(h.held)
		if rules := <-got; rules != "old" {
			t.Errorf("the request that was under way ended under the rules %q", rules)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

// TestReloadWarns: what is opened at the start stays, and is named.
func TestReloadWarns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := startChanging(t, h, oneBackend)
		d.reload(t, oneBackend+"purge: {allow: []}\n")
		if strings.Contains(d.log.String(), "WARN") {
			t.Errorf("a warning about what did change: %s", d.log.String())
		}
		d.reload(t, oneBackend+"listen: [':81']\nstate: /srv\ncache: {memory: 64MiB, ttl: 1s}\nlimits: {header: 2KiB}\n")
		if want := `keys="[listen state cache.memory limits]"`; !strings.Contains(d.log.String(), want) {
			t.Errorf("no warning with %s: %s", want, d.log.String())
		}
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

// TestVersionsAreBounded: the last twenty are kept, and the backends of those alone.
func TestVersionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := startChanging(t, h, oneBackend)
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		for n := range 30 {
			d.reload(t, fmt.Sprintf("backends: {app: 'http://127.0.0.1:%d'}\n", 4000+n))
		}
		list := d.Versions()
		if len(list) != 20 || list[0].Number != 31 || list[19].Number != 12 {
			t.Errorf("%d versions, from %d to %d", len(list), list[19].Number, list[0].Number)
		}
		h.expect("http://127.0.0.1:8080/a", "200 hit hello from /a")
		d.reload(t, oneBackend)
		h.expect("http://127.0.0.1:8080/b", "200 miss hello from /b")
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

// siege is clients that ask for pages without end.
type siege struct {
	t        *testing.T
	client   *http.Client
	base     string
	pause    time.Duration // of each client between two requests
	stop     chan struct{}
	asked    atomic.Int64
	answered chan struct{} // one for each answer that somebody waits for; closed when nobody asks any more
	clients  sync.WaitGroup
}

func (s *siege) begin(clients int) {
	s.stop, s.answered = make(chan struct{}), make(chan struct{})
	for range clients {
		s.clients.Go(s.ask)
	}
	go func() {
		s.clients.Wait()
		close(s.answered)
	}()
}

func (s *siege) end() {
	close(s.stop)
	s.clients.Wait()
	s.client.CloseIdleConnections()
}

// ask is the life of one client. It ends with the first answer that is not what it should be.
func (s *siege) ask() {
	for n := 0; ; n++ {
		if err := s.get(fmt.Sprintf("%s/rule%d", s.base, n%7)); err != nil {
			s.t.Error(err)
			return
		}
		s.asked.Add(1)
		select {
		case <-s.stop:
			return
		case s.answered <- struct{}{}:
		default:
		}
		if s.pause > 0 {
			time.Sleep(s.pause)
		}
	}
}

// get fails unless both rules that made the answer are of one version.
func (s *siege) get(url string) error {
	response, err := s.client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if rule := response.Header.Get("X-Rule"); rule == "" || rule != string(body) {
		return fmt.Errorf("the rules of two versions in one answer: %q and %q", rule, body)
	}
	return nil
}

// both is a configuration with rules of two steps, which an answer must have from one version.
func both(n int) string {
	return fmt.Sprintf("%srules:\n- {on: request, when: 'req.path startsWith \"/rule\"', respond: {body: v%d}}\n- {on: deliver, set: {X-Rule: v%d}}\n", oneBackend, n, n)
}

// TestReloadUnderLoad: while it reloads and rolls back again and again, no request fails, and each has its rules from one version.
func TestReloadUnderLoad(t *testing.T) {
	t.Run("in memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			d := startChanging(t, h, both(0))
			s := &siege{t: t, client: h.client, base: "http://127.0.0.1:8080", pause: time.Millisecond}
			s.begin(20)
			for n := range 50 {
				time.Sleep(10 * time.Millisecond)
				d.reload(t, both(n))
				if n%10 == 9 {
					if _, err := d.Rollback(0); err != nil {
						t.Error(err)
					}
				}
			}
			s.end()
			if s.asked.Load() < 1000 {
				t.Errorf("only %d requests", s.asked.Load())
			}
			if err := d.Stop(t.Context()); err != nil {
				t.Errorf("Stop: %v", err)
			}
		})
	})
	t.Run("over real sockets", func(t *testing.T) {
		c := &changing{text: "listen: ['127.0.0.1:0']\n" + both(0)}
		cfg, err := c.load()
		if err != nil {
			t.Fatal(err)
		}
		d, err := daemon.Start(cfg, daemon.Host{Load: c.load, Listen: net.Listen, AccessLog: new(logBook)})
		if err != nil {
			t.Fatal(err)
		}
		c.Daemon = d
		s := &siege{t: t, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}, base: "http://" + d.Addresses()[0]}
		s.begin(4)
		for n := 1; n < 40; n++ {
			for range 5 {
				<-s.answered
			}
			c.reload(t, "listen: ['127.0.0.1:0']\n"+both(n))
		}
		s.end()
		if err := d.Stop(context.Background()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}
