package certificates_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/internal/certificates"
)

// Files that change are read again; what is not in order does not displace what was.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var book logBook
		dir := t.TempDir()
		far := time.Now().Add(10 * 365 * 24 * time.Hour)
		pair := issue(t, dir, "site", elliptical(t), far, "one.example")
		second := issue(t, dir, "second", elliptical(t), far, "second.example")
		s := open(t, certificates.Options{Files: []certificates.Pair{pair, second}, Log: book.log()})
		look := func() {
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
		f := func(want, wantLog string) {
			t.Helper()
			look()
			c, err := s.Get(hello(want))
			if err != nil || c.Leaf.DNSNames[0] != want {
				t.Errorf("got %v, %v; want %s", c.Leaf.DNSNames, err, want)
			}
			if text := book.take(); wantLog == "" && text != "" || !strings.Contains(text, wantLog) {
				t.Errorf("logged %q, want %q", text, wantLog)
			}
		}

		f("one.example", "")
		issue(t, dir, "site", elliptical(t), far, "two.example")
		f("two.example", "certificate read again")
		if s.Covers("one.example") || !s.Covers("second.example") {
			t.Error("the old one still counts, or the other not any more")
		}
		// One of the two files is new, then the other: no word of it.
		issue(t, dir, "next", elliptical(t), far, "three.example")
		rename := func(from, to string) {
			if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
				t.Fatal(err)
			}
		}
		rename("next.pem", "site.pem")
		f("two.example", "")
		rename("next.key", "site.key")
		f("three.example", "certificate read again")
		// What stays broken is told of, once.
		write(t, pair.Certificate, "nonsense")
		f("three.example", "")
		f("three.example", "the one before is still shown")
		f("three.example", "")
		os.Remove(pair.Certificate)
		f("three.example", "")
		f("three.example", "there is no such file")
		issue(t, dir, "site", elliptical(t), far, "four.example")
		f("four.example", "certificate read again")
		// Its end comes nearer: a word each day.
		issue(t, dir, "site", elliptical(t), time.Now().Add(3*24*time.Hour), "five.example")
		f("five.example", "a certificate ends")
		f("five.example", "")
		time.Sleep(24 * time.Hour)
		f("five.example", "a certificate ends")
		s.Close()
	})
}

// Where nothing else is given there is a certificate for this machine, which lasts: over a restart, and by itself.
func TestSelfSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var book logBook
		dir := filepath.Join(t.TempDir(), "certificates")
		shown := func(s *certificates.Set, name string) []byte {
			t.Helper()
			c, err := s.Get(hello(name))
			if err != nil {
				t.Fatal(err)
			}
			if now := time.Now(); now.Before(c.Leaf.NotBefore) || now.After(c.Leaf.NotAfter) {
				t.Errorf("at %v it lasts from %v to %v", now, c.Leaf.NotBefore, c.Leaf.NotAfter)
			}
			return c.Certificate[0]
		}
		o := certificates.Options{Directory: dir, Log: book.log(), FileCheck: 24 * time.Hour}
		s := open(t, o)
		first := shown(s, "localhost")
		for _, host := range []string{"localhost", "shop.localhost", "127.0.0.1", "::1"} {
			if !s.Covers(host) {
				t.Errorf("does not cover %s", host)
			}
		}
		if string(shown(s, "other.example")) != string(first) {
			t.Error("another is shown for a name that nobody has")
		}
		if text := book.take(); strings.Count(text, ":") < 31 || !strings.Contains(text, "self-signed") || !strings.Contains(text, dir) {
			t.Errorf("logged %q", text)
		}
		s.Close()
		if info, err := os.Stat(filepath.Join(dir, "self-signed.pem")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("file: %v, %v", info, err)
		}

		s = open(t, o)
		if string(shown(s, "localhost")) != string(first) {
			t.Error("another one after a restart")
		}
		time.Sleep(769 * 24 * time.Hour)
		if string(shown(s, "localhost")) != string(first) {
			t.Error("replaced too early")
		}
		time.Sleep(2 * 24 * time.Hour)
		synctest.Wait()
		if string(shown(s, "localhost")) == string(first) {
			t.Error("not replaced in time")
		}
		s.Close()

		// A file that is none gives way. Without a directory nothing is kept.
		write(t, filepath.Join(dir, "self-signed.pem"), "nonsense")
		shown(open(t, o), "localhost")
		shown(open(t, certificates.Options{}), "localhost")
	})
}
