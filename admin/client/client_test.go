package client_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"lacquer/admin"
	"lacquer/admin/client"
)

func TestWhereATokenMayGo(t *testing.T) {
	f := func(address, want string) {
		t.Helper()
		_, err := client.New(address, "token")
		if got := ""; err != nil {
			if got = err.Error(); want == "" || !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q", address, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: no error, want %q", address, want)
		}
	}
	f("127.0.0.1:6082", "")
	f("localhost:6082", "")
	f("[::1]:6082", "")
	f("http://127.0.0.1:6082/", "")
	f("https://cache.example:6082", "")
	f("unix:/run/lacquer/admin.sock", "")
	// In clear over a network.
	f("192.0.2.1:6082", "would go in clear")
	f("http://cache.example:6082", "would go in clear")
	f("localhost.example:6082", "would go in clear")
	// No address.
	f("", "is no address")
	f("ftp://127.0.0.1", "is no address")
	f("http://127.0.0.1:6082/api", "is no address")
}

// lacquer answers as the administration does, or as something else.
func lacquer(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, "token")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestErrorsAreOneLine(t *testing.T) {
	f := func(want string, handler http.HandlerFunc) {
		t.Helper()
		_, err := lacquer(t, handler).Stats(context.Background())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	f("does not take this token", answer(401, `{"code": "token", "message": "the token is not that of this Lacquer"}`))
	f("nothing is stored", answer(404, `{"code": "not-found", "message": "nothing is stored"}`))
	// Something else listens there.
	f("is no Lacquer", answer(404, "<html>"))
	f("is no Lacquer", answer(200, "<html>"))
	f("is no Lacquer", answer(302, ""))
	f("cannot be reached", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
}

func TestNobodyIsThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	l.Close()
	for _, address := range []string{free, "unix:" + filepath.Join(t.TempDir(), "none.sock")} {
		c, err := client.New(address, "token")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Versions(context.Background())
		var unreachable *client.UnreachableError
		if !errors.As(err, &unreachable) || !unreachable.Nobody || !strings.Contains(err.Error(), "no Lacquer is running at "+address) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// The token goes along, and the way over a socket is the same.
func TestOverASocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" || r.Host != "localhost" || r.Method != "POST" {
			t.Errorf("%s to %s with %v", r.Method, r.Host, r.Header)
		}
		w.Write([]byte(`{"dry_run": false, "purged": [{"kind": "all", "soft": true, "number": 1, "objects": 2, "bytes": 3}]}`))
	})}
	go server.Serve(l)
	defer server.Close()
	c, err := client.New("unix:"+path, "token")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	report, err := c.Purge(context.Background(), admin.PurgeOrder{All: true, Soft: true})
	if err != nil || len(report.Purged) != 1 || report.Purged[0].Objects != 2 {
		t.Errorf("%+v, %v", report, err)
	}
}
