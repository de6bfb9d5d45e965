package demo

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed ui
var ui embed.FS

var page = template.Must(template.ParseFS(ui, "ui/index.html"))

const (
	maxOrder   = 64 << 10 // bytes of what the page sends
	maxStreams = 16       // pages that are kept up to date at once
	tokenField = "X-Demo-Token"
)

// control serves the control page and what it asks for.
type control struct {
	demo    *Demo
	token   string
	http    *http.Server
	routes  *http.ServeMux
	streams chan struct{} // has room for those there may be
	end     context.CancelFunc
}

func newControl(d *Demo) *control {
	life, end := context.WithCancel(context.Background())
	c := &control{demo: d, token: rand.Text(), routes: http.NewServeMux(), streams: make(chan struct{}, maxStreams), end: end}
	c.routes.HandleFunc("GET /{$}", c.index)
	c.routes.HandleFunc("GET /style.css", asset("ui/style.css", "text/css; charset=utf-8"))
	c.routes.HandleFunc("GET /app.js", asset("ui/app.js", "text/javascript; charset=utf-8"))
	c.routes.HandleFunc("GET /icon.svg", asset("ui/icon.svg", "image/svg+xml"))
	c.routes.HandleFunc("GET /events", c.events)
	for path, act := range c.actions() {
		c.routes.HandleFunc("POST "+path, c.acting(act))
	}
	c.http = &http.Server{
		Handler:           http.HandlerFunc(c.serve),
		ReadHeaderTimeout: headTime,
		IdleTimeout:       idleTime,
		BaseContext:       func(net.Listener) context.Context { return life },
	}
	return c
}

// shutdown ends the streams and lets other answers end until ctx is done.
func (c *control) shutdown(ctx context.Context) {
	c.end()
	if c.http.Shutdown(ctx) != nil {
		c.http.Close()
	}
}

// serve lets through what comes from the page, and nothing else.
//
//   - Host must mean this machine: a page whose own name was bound anew to our address carries that name (DNS rebinding).
//   - What changes something, or goes on and on, must not come from a page of another origin.
func (c *control) serve(w http.ResponseWriter, r *http.Request) {
	c.secure(w.Header())
	if host := hostname(r.Host); !isLoopback(host) {
		http.Error(w, "the control page goes by an address of loopback or localhost", http.StatusMisdirectedRequest)
		return
	}
	fetched := r.Header.Get("Sec-Fetch-Site")
	if crossOrigin.Check(r) != nil || r.URL.Path == "/events" && fetched != "" && fetched != "same-origin" {
		http.Error(w, "the request comes from a page of another origin", http.StatusForbidden)
		return
	}
	c.routes.ServeHTTP(w, r)
}

// crossOrigin judges by Sec-Fetch-Site and Origin.
var crossOrigin = http.NewCrossOriginProtection()

// hostname returns the host of a Host field, without port and brackets.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// secure sets what every answer carries: no script but our own file, and nobody frames the page or keeps it.
func (c *control) secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src "+
		c.demo.siteURL+"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// index serves the page, with the token that lets it change things.
func (c *control) index(w http.ResponseWriter, _ *http.Request) {
	var text strings.Builder
	err := page.Execute(&text, struct {
		Token, Site, Configuration string
		Articles                   any
		Most                       int
	}{c.token, c.demo.siteURL, string(configuration), c.demo.site.Articles(), maxHerd})
	if err != nil {
		panic("BUG: control page: " + err.Error())
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(text.Len()))
	_, _ = w.Write([]byte(text.String()))
}

func asset(name, kind string) http.HandlerFunc {
	text, err := ui.ReadFile(name)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text)
	}
}

// wrong is an order that cannot be followed, and says why to whoever gave it.
type wrong struct{ error }

func (e wrong) Unwrap() error { return e.error }

// acting makes a handler of an action: it wants the token, reads the order, and sends what the action returns.
func (c *control) acting(act func(context.Context, order) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenField)), []byte(c.token)) != 1 {
			http.Error(w, "the token of the control page is missing; load the page anew", http.StatusForbidden)
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(headTime)) // a writer without deadlines is one of a test
		var o order
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&o); err != nil {
			http.Error(w, "the request is not what was expected: "+err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := act(r.Context(), o)
		if err != nil {
			code := http.StatusBadGateway
			if errors.As(err, new(wrong)) {
				code = http.StatusUnprocessableEntity
			}
			http.Error(w, err.Error(), code)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		// Whoever does not take the answer has no use for the error.
		_ = json.NewEncoder(w).Encode(answer)
	}
}
