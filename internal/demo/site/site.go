package site

import (
	"embed"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	leastPace = 300 * time.Millisecond
	mostPace  = 800 * time.Millisecond

	maxForm  = 16 << 10 // bytes of a form
	maxPaths = 200      // whose requests are counted; those past that count together
)

// Pace returns how long the site takes for a path: from 300 to 800 milliseconds, always the same.
func Pace(path string) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(path))
	span := uint32((mostPace-leastPace)/time.Millisecond) + 1
	return leastPace + time.Duration(h.Sum32()%span)*time.Millisecond
}

//go:embed pages
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// Site is the site. It is an http.Handler, and safe for concurrent use.
type Site struct {
	routes *http.ServeMux

	mu       sync.Mutex // protects what follows
	articles []*Article
	baskets  baskets
	asked    int64
	askedFor map[string]int64 // by path
}

// New returns a site with its first articles.
func New() *Site {
	s := &Site{routes: http.NewServeMux(), articles: firstArticles(), askedFor: map[string]int64{}}
	s.routes.HandleFunc("GET /{$}", s.list)
	s.routes.HandleFunc("GET /articles/{number}", s.article)
	s.routes.HandleFunc("POST /articles/{number}", s.comment)
	s.routes.HandleFunc("GET /pictures/{name}", s.picture)
	s.routes.HandleFunc("GET /favicon.ico", s.icon) // browsers ask for it unasked, and complain where there is none
	s.routes.HandleFunc("GET /basket", s.basket)
	s.routes.HandleFunc("POST /basket", s.fill)
	s.routes.HandleFunc("GET /style.css", s.style)
	return s
}

// ServeHTTP counts the request, takes its time, and answers.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.count(r.URL.Path)
	work := time.NewTimer(Pace(r.URL.Path))
	defer work.Stop()
	select {
	case <-work.C:
	case <-r.Context().Done():
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	// The control page, which listens on another port of this machine, shows the site in a frame.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "+
		"frame-ancestors 'self' http://127.0.0.1:* http://localhost:*")
	s.routes.ServeHTTP(w, r)
}

func (s *Site) count(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if _, known := s.askedFor[path]; !known && len(s.askedFor) >= maxPaths {
		path = ""
	}
	s.askedFor[path]++
}

// Asked returns how many requests have come to the site.
func (s *Site) Asked() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// AskedFor returns how many of them were for a path.
func (s *Site) AskedFor(path string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.askedFor[path]
}

// Paths returns those of the pages and pictures that are the same for everybody.
func (s *Site) Paths() []string {
	paths := []string{"/"}
	for _, a := range s.Articles() {
		paths = append(paths, a.Path(), a.Picture())
	}
	return paths
}

// made says on a page when it was made and how long that took, so that what comes from a cache can be told from what does not.
type made struct {
	At    string
	Took  string
	Count int64 // the page has been asked for so many times
}

func (s *Site) made(path string) made {
	return made{
		At:    time.Now().Format("15:04:05"),
		Took:  fmt.Sprintf("%d ms", Pace(path).Milliseconds()),
		Count: s.AskedFor(path),
	}
}

// show makes a page of a template. An error of it is of our own templates, or of a client that is gone.
func show(w http.ResponseWriter, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var page strings.Builder
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		panic("BUG: template " + name + ": " + err.Error())
	}
	w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
	// Whoever does not take the page has no use for the error.
	_, _ = w.Write([]byte(page.String()))
}

func (s *Site) list(w http.ResponseWriter, r *http.Request) {
	articles := s.Articles()
	tags := []string{"articles"}
	for _, a := range articles {
		tags = append(tags, a.Tag())
	}
	w.Header().Set("Surrogate-Key", strings.Join(tags, " "))
	show(w, "list.html", struct {
		Articles []Article
		Made     made
	}{articles, s.made(r.URL.Path)})
}

func (s *Site) style(w http.ResponseWriter, _ *http.Request) {
	text, err := files.ReadFile("pages/style.css")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(text)
}
