package daemon_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lacquer/internal/daemon"
	"lacquer/internal/memnet"
)

// house is a network in memory with an origin at 127.0.0.1:3000, whose answers beneath /held come when held is closed.
type house struct {
	*memnet.Network
	t      *testing.T
	log    logBook
	held   chan struct{}
	origin *http.Server
	client *http.Client
}

// logBook takes an access log.
type logBook struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func newHouse(t *testing.T) *house {
	h := &house{Network: memnet.New(), t: t, held: make(chan struct{})}
	l, err := h.Listen("tcp", "127.0.0.1:3000")
	if err != nil {
		t.Fatal(err)
	}
	h.origin = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		if strings.HasPrefix(r.URL.Path, "/held") {
			<-h.held
		}
		fmt.Fprint(w, "hello from "+r.URL.Path)
	})}
	go h.origin.Serve(l)
	h.client = &http.Client{Transport: &http.Transport{DialContext: h.Dial}}
	t.Cleanup(func() {
		h.client.CloseIdleConnections()
		h.origin.Close()
	})
	return h
}

func (h *house) config(text string) *daemon.Config {
	h.t.Helper()
	return load(h.t, daemon.Source{
		File:   "lacquer.yaml",
		Data:   []byte("backends: {app: {url: 'http://127.0.0.1:3000', timeouts: {first_byte: 1h}}}\n" + text),
		System: fstest.MapFS{},
	})
}

func (h *house) start(text string) *daemon.Daemon {
	h.t.Helper()
	d, err := daemon.Start(h.config(text), daemon.Host{Listen: h.Listen, Dial: h.Dial, AccessLog: &h.log})
	if err != nil {
		h.t.Fatalf("Start: %v", err)
	}
	return d
}

// get returns status, Cache-Status and body of an answer, or "cut".
func (h *house) get(url string) string {
	response, err := h.client.Get(url)
	if err != nil {
		return "cut"
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "cut"
	}
	hit := "miss"
	if strings.Contains(response.Header.Get("Cache-Status"), "hit") {
		hit = "hit"
	}
	return fmt.Sprint(response.StatusCode, " ", hit, " ", string(body))
}

func (h *house) expect(url, want string) {
	h.t.Helper()
	if got := h.get(url); got != want {
		h.t.Errorf("%s: got %q, want %q", url, got, want)
	}
}

func TestStartServesAndStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.start("listen: ['127.0.0.1:0', '127.0.0.1:8080']\naccess_log: {format: json}\n")
		addresses := d.Addresses()
		if len(addresses) != 2 || addresses[1] != "127.0.0.1:8080" || strings.HasSuffix(addresses[0], ":0") {
			t.Errorf("addresses: %v", addresses)
		}
		h.expect("http://"+addresses[0]+"/a", "200 miss hello from /a")
		h.expect("http://"+addresses[0]+"/a", "200 hit hello from /a")
		// Port and host are part of the key, so the other listener asks anew.
		h.expect("http://"+addresses[1]+"/a", "200 miss hello from /a")
		for range 2 {
			if err := d.Stop(t.Context()); err != nil {
				t.Errorf("Stop: %v", err)
			}
		}
		h.expect("http://"+addresses[1]+"/a", "cut")
		if n := strings.Count(h.log.String(), `"/a"`); n != 3 {
			t.Errorf("the access log has not three lines for /a when Stop returns:\n%s", h.log.String())
		}
	})
}

func TestAccessLogOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.start("access_log: off\n")
		h.expect("http://127.0.0.1:8080/a", "200 miss hello from /a")
		if err := d.Stop(t.Context()); err != nil || h.log.String() != "" {
			t.Errorf("Stop: %v, log %q", err, h.log.String())
		}
	})
}

// A transaction that is under way when Stop begins has DrainTime, and no more.
func TestStopDrains(t *testing.T) {
	f := func(answers time.Duration, wantTook time.Duration, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			d := h.start("")
			outcome := make(chan string, 1)
			go func() { outcome <- h.get("http://127.0.0.1:8080/held") }()
			synctest.Wait()
			time.AfterFunc(answers, func() { close(h.held) })

			began := time.Now()
			if err := d.Stop(context.Background()); err != nil {
				t.Errorf("Stop: %v", err)
			}
			// net/http looks now and then whether its connections are idle.
			if took := time.Since(began); took < wantTook || took > wantTook+time.Second {
				t.Errorf("Stop took %v, want %v", took, wantTook)
			}
			if got := <-outcome; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			time.Sleep(answers) // on the bubble's clock, until the origin lets go
		})
	}
	f(10*time.Second, 10*time.Second, "200 miss hello from /held")
	f(29*time.Second, 29*time.Second, "200 miss hello from /held")
	// Beyond its time it is cut.
	f(29*time.Minute, 30*time.Second, "cut")
}

func TestStopGivesUpWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := h.start("")
		outcome := make(chan string, 1)
		go func() { outcome <- h.get("http://127.0.0.1:8080/held") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if got := <-outcome; got != "cut" {
			t.Errorf("got %q", got)
		}
		close(h.held)
	})
}

// When a step fails, what earlier steps opened is closed: its addresses are free, and no goroutine is left, or the bubble fails.
func TestStartCleansUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		taken, err := h.Listen("tcp", "127.0.0.1:81")
		if err != nil {
			t.Fatal(err)
		}
		cfg := h.config("listen: ['127.0.0.1:80', '127.0.0.1:81']\n")
		host := daemon.Host{Listen: h.Listen, Dial: h.Dial, AccessLog: &h.log}
		want := "cannot listen on 127.0.0.1:81: the address is in use; stop what listens there, or choose another by listen or --listen"
		if _, err := daemon.Start(cfg, host); err == nil || err.Error() != want {
			t.Fatalf("Start: %v, want %s", err, want)
		}
		taken.Close()
		d, err := daemon.Start(cfg, host)
		if err != nil {
			t.Fatalf("Start on the same addresses: %v", err)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}

func TestListenErrors(t *testing.T) {
	f := func(address string, cause error, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			cfg := h.config("listen: ['" + address + "']\n")
			refuse := func(network, address string) (net.Listener, error) {
				return nil, &net.OpError{Op: "listen", Net: network, Err: cause}
			}
			_, err := daemon.Start(cfg, daemon.Host{Listen: refuse, Dial: h.Dial, AccessLog: &h.log})
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: got %v, want %s", address, err, want)
			}
		})
	}
	f(":80", syscall.EACCES, "cannot listen on :80: permission denied; ports below 1024 need CAP_NET_BIND_SERVICE")
	f("192.0.2.1:80", syscall.EADDRNOTAVAIL, "the machine has no such address")
	f(":80", errors.New("the cable is out"), "the cable is out")
	f("proxy+http://:80", nil, "trusted_proxies is empty")
}

// brokenListener accepts nobody.
type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errors.New("too warm here") }

func TestFailedListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		listen := func(network, address string) (net.Listener, error) {
			l, err := h.Listen(network, address)
			return brokenListener{l}, err
		}
		d, err := daemon.Start(h.config(""), daemon.Host{Listen: listen, Dial: h.Dial, AccessLog: &h.log})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-d.Failed(); err == nil || !strings.Contains(err.Error(), "too warm here") {
			t.Errorf("Failed delivers %v", err)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}
