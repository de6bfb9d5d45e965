package demo_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/internal/daemon"
	"lacquer/internal/demo"
	"lacquer/internal/memnet"
)

// visit is the answer of /api/visit.
type visit struct {
	Path, Title, Cache, Result string
	Status                     int
}

func TestWhatHappensIsSeenLive(t *testing.T) {
	perform(t, func(s *stage) {
		v := s.watch()
		defer v.close()
		s.see("/articles/1")
		s.see("/articles/1?utm_source=mail")
		s.see("/basket")
		v.until(func() bool { return len(v.seen) == 3 })
		f := func(at int, result, uri, why string) {
			t.Helper()
			x := v.seen[at]
			if string(x.Result) != result || x.URI != uri || x.Why != why || x.Who != "browser" || x.Status != 200 || x.Number != int64(at+1) {
				t.Errorf("got %+v, want %s of %s: %s", x, result, uri, why)
			}
		}
		f(0, "miss", "/articles/1", "nothing was stored; fetched, and now it is")
		// Parameters of marketing are not part of the page.
		f(1, "hit", "/articles/1?utm_source=mail", "from the store, fresh for another 29 s")
		f(2, "pass", "/basket", "a rule says that this page is never stored")
		// Time in the bubble is exact: the miss took what the origin takes, the hit nothing.
		if x := v.seen[0]; x.Took != x.Origin || x.Origin < 300 || x.Origin > 800 || x.Bytes == 0 {
			t.Errorf("the miss: %+v", x)
		}
		want := demo.Counters{Requests: 3, Origin: 2, Spared: 1, Hits: 1, Saved: v.seen[1].Origin}
		if v.last.Counters != want {
			t.Errorf("counters: got %+v, want %+v", v.last.Counters, want)
		}
	})
}

func TestBasketsArePersonal(t *testing.T) {
	perform(t, func(s *stage) {
		if page := s.send("/basket", url.Values{"article": {"3"}}); !strings.Contains(page, "<li>Brush</li>") {
			t.Errorf("my basket: %s", page)
		}
		if page, _ := s.see("/basket"); !strings.Contains(page, "<li>Brush</li>") {
			t.Errorf("my basket, later: %s", page)
		}
		s.browser.Jar = nil
		if page, cache := s.see("/basket"); strings.Contains(page, "Brush") || !strings.Contains(cache, "rule-pass") {
			t.Errorf("another's basket: %s, %s", cache, page)
		}
	})
}

func TestCommentIsSeenAtOnce(t *testing.T) {
	perform(t, func(s *stage) {
		s.see("/articles/2")
		page := s.send("/articles/2", url.Values{"name": {"Ada"}, "text": {"<b>How damp?</b>"}})
		if !strings.Contains(page, "&lt;b&gt;How damp?&lt;/b&gt;") || !strings.Contains(page, "Ada") {
			t.Errorf("the comment is not seen, or not as text: %s", page)
		}
	})
}

func TestEditAndPurge(t *testing.T) {
	perform(t, func(s *stage) {
		look := func(want string) {
			t.Helper()
			var v visit
			s.call("/api/visit", fields{"path": "/articles/4"}, &v)
			if got := v.Result + ": " + v.Title; got != want {
				t.Errorf("visitors see %s, want %s", got, want)
			}
		}
		edit := func(title string) {
			t.Helper()
			s.call("/api/edit", fields{"article": 4, "title": title, "text": "Text."}, nil)
		}
		look("miss: Polishing with charcoal")
		edit("One")
		var now struct{ Title, Text, Path string }
		if s.call("/api/article", fields{"article": 4}, &now); now.Title != "One" || now.Path != "/articles/4" {
			t.Errorf("at the origin: %+v", now)
		}
		look("hit: Polishing with charcoal")
		s.call("/api/purge", fields{"path": "/articles/4"}, nil)
		look("miss: One")

		edit("Two")
		s.call("/api/purge", fields{"path": "/articles/4", "soft": true}, nil)
		look("stale: One")
		synctest.Wait()
		s.see("/articles/5") // takes longer than the refresh
		look("hit: Two")

		// By tag, the front page as well.
		s.see("/")
		edit("Three")
		s.call("/api/tag", fields{"article": 4}, nil)
		look("miss: Three")
		if page, _ := s.see("/"); !strings.Contains(page, ">Three</a>") {
			t.Errorf("the front page has an old title: %s", page)
		}
	})
}

// TestPurgeUnderEveryName has the site asked for by another name of the machine.
func TestPurgeUnderEveryName(t *testing.T) {
	perform(t, func(s *stage) {
		byName := strings.Replace(s.demo.SiteURL(), "127.0.0.1", "localhost", 1) + "/articles/1"
		s.get(byName)
		synctest.Wait() // the name is known once the transaction is over, which its client need not wait for
		s.call("/api/purge", fields{"path": "/articles/1"}, nil)
		if _, answer := s.get(byName); !strings.Contains(answer.Header.Get("Cache-Status"), "fwd=uri-miss") {
			t.Errorf("after the purge: %s", answer.Header.Get("Cache-Status"))
		}
	})
}

func TestHerdIsOneFetch(t *testing.T) {
	perform(t, func(s *stage) {
		v := s.watch()
		defer v.close()
		s.see("/articles/5") // the herd finds nothing all the same: the page is purged
		s.call("/api/herd", fields{"path": "/articles/5", "clients": 200}, nil)
		if body, answer := s.do(s.order("/api/herd", fields{"path": "/", "clients": 2})); answer.StatusCode != 422 || !strings.Contains(body, "under way") {
			t.Errorf("a second herd: %s: %s", answer.Status, body)
		}
		v.until(func() bool { return v.last.Herd.Clients == 200 && !v.last.Herd.Running })
		h := v.last.Herd
		if h.Done != 200 || h.Failed != 0 || h.Fetches != 1 {
			t.Errorf("the herd: %+v", h)
		}
		if h.Slowest != h.Alone/200 {
			t.Errorf("the slowest waited %v ms, one fetch takes %v ms", h.Slowest, h.Alone/200)
		}
		results := map[string]int{}
		for _, x := range v.seen {
			if x.Who == "herd" {
				results[string(x.Result)]++
			}
		}
		if want := "map[joined:199 miss:1]"; fmt.Sprint(results) != want {
			t.Errorf("the herd got %v, want %s", results, want)
		}
	})
}

func TestOriginDown(t *testing.T) {
	perform(t, func(s *stage) {
		v := s.watch()
		defer v.close()
		tour := func(want string) {
			t.Helper()
			var visits []visit
			s.call("/api/tour", fields{}, &visits)
			got := map[string]int{}
			for _, v := range visits {
				got[fmt.Sprint(v.Status, " ", v.Result)]++
			}
			if fmt.Sprint(got) != want {
				t.Errorf("got %v, want %s", got, want)
			}
		}
		tour("map[200 miss:11]")
		s.call("/api/origin", fields{"up": false}, nil)
		v.until(func() bool { return !v.last.OriginUp })
		tour("map[200 hit:11]")
		s.call("/api/soften", fields{}, nil)
		tour("map[200 stale:11]")
		// What nobody stored is not there.
		if _, answer := s.get(s.demo.SiteURL() + "/basket"); answer.StatusCode != 502 {
			t.Errorf("the basket: %s", answer.Status)
		}
		s.call("/api/origin", fields{"up": true}, nil)
		v.until(func() bool { return v.last.OriginUp })
		s.call("/api/purge", fields{"path": "/"}, nil)
		if _, cache := s.see("/"); !strings.Contains(cache, "fwd-status=200") {
			t.Errorf("up again: %s", cache)
		}
	})
}

func TestStopEndsStreamsAndHerds(t *testing.T) {
	perform(t, func(s *stage) {
		v := s.watch()
		defer v.close()
		s.call("/api/herd", fields{"path": "/", "clients": 50}, nil)
		// Nobody waits for the origin. What is left behind fails the test.
		begin := time.Now()
		s.stop()
		if took := time.Since(begin); took > 10*time.Millisecond {
			t.Errorf("Stop took %v", took)
		}
	})
}

func TestAddresses(t *testing.T) {
	start := func(o demo.Options, network *memnet.Network) (*demo.Demo, error) {
		o.Host = daemon.Host{Listen: network.Listen, Dial: network.Dial}
		return demo.Start(o)
	}
	network := memnet.New()
	if l, err := network.Listen("tcp", "127.0.0.1:8080"); err != nil {
		t.Fatal(err)
	} else {
		defer l.Close()
	}

	// The usual port is taken, so it is another.
	d, err := start(demo.Options{}, network)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(d.SiteURL(), "http://127.0.0.1:") || strings.HasSuffix(d.SiteURL(), ":8080") {
		t.Errorf("the site is at %s", d.SiteURL())
	}
	if err := d.Stop(context.Background()); err != nil {
		t.Error(err)
	}

	// Every address is no address for a browser.
	d, err = start(demo.Options{Listen: ":9000", Control: "[::1]:9001"}, network)
	if err != nil {
		t.Fatal(err)
	}
	if d.SiteURL() != "http://127.0.0.1:9000" || d.ControlURL() != "http://localhost:9001" {
		t.Errorf("the site is at %s, the control page at %s", d.SiteURL(), d.ControlURL())
	}
	if err := d.Stop(context.Background()); err != nil {
		t.Error(err)
	}

	f := func(o demo.Options, usage bool, want string) {
		t.Helper()
		_, err := start(o, network)
		var address *demo.AddressError
		if err == nil || errors.As(err, &address) != usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", o, err, want)
		}
	}
	// A port that was asked for is that or none.
	f(demo.Options{Listen: "127.0.0.1:8080"}, false, "in use")
	f(demo.Options{Control: "127.0.0.1:8080"}, false, syscall.EADDRINUSE.Error())
	// No addresses, and those of others.
	f(demo.Options{Listen: "https://127.0.0.1:8443"}, true, "--listen: ")
	f(demo.Options{Listen: "8080"}, true, "--listen: ")
	f(demo.Options{Control: "8081"}, true, "--control: ")
	f(demo.Options{Control: ":8081"}, true, "not on loopback")
	f(demo.Options{Control: "0.0.0.0:8081"}, true, "not on loopback")
	f(demo.Options{Control: "example.org:8081"}, true, "not on loopback")
}
