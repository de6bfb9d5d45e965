package admin

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	sessionCookie = "lacquer_session"
	sessionTime   = 12 * time.Hour
	onceTime      = 5 * time.Minute
	maxSecrets    = 100 // sessions, or links that nobody has followed
)

// secrets are random texts that are good for a time. Only their hashes are kept. The zero value is ready; it is safe for concurrent use.
type secrets struct {
	mu    sync.Mutex // protects until
	until map[[sha256.Size]byte]time.Time
}

// add makes a secret that is good for a time. Of too many, the one that ends first makes room.
func (s *secrets) add(good time.Duration) string {
	text := rand.Text()
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = make(map[[sha256.Size]byte]time.Time)
	}
	var oldest [sha256.Size]byte
	for sum, until := range s.until {
		if now.After(until) {
			delete(s.until, sum)
		} else if first, ok := s.until[oldest]; !ok || until.Before(first) {
			oldest = sum
		}
	}
	if len(s.until) >= maxSecrets {
		delete(s.until, oldest)
	}
	s.until[sha256.Sum256([]byte(text))] = now.Add(good)
	return text
}

// holds reports whether a text is a secret that is still good. Looking up its hash tells nobody how much of it was right.
func (s *secrets) holds(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.until[sha256.Sum256([]byte(text))]
	return ok && time.Now().Before(until)
}

// spend is holds, once.
func (s *secrets) spend(text string) bool {
	good := s.holds(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256([]byte(text))
	_, there := s.until[sum]
	delete(s.until, sum)
	return good && there
}

type (
	sessions  struct{ secrets }
	onceLinks struct{ secrets }
)

// Login returns the path of a link by which one browser may log in, once, within five minutes.
func (s *Server) Login() string { return "/login?once=" + s.once.add(onceTime) }

// newLogin makes a link for the holder of the token.
func (s *Server) newLogin(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, LoginLink{Path: s.Login(), Seconds: onceTime.Seconds()})
}

// LoginLink is a link by which one browser may log in, once.
type LoginLink struct {
	Path    string  `json:"path"` // beneath the address of the administration
	Seconds float64 `json:"seconds"`
}

// login takes a one-time link and gives a session. A browser that fetches it only in case it is wanted would use it up.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	purpose := r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose")
	if r.Method != http.MethodGet || strings.Contains(purpose, "prefetch") {
		return &refusal{http.StatusForbidden, "login", "the link can be followed, not looked at"}
	}
	if !s.once.spend(r.URL.Query().Get("once")) {
		return &refusal{http.StatusForbidden, "login", "this link was used, or is too old; ask for another"}
	}
	http.SetCookie(w, &http.Cookie{
		Name:     sessionCookie,
		Value:    s.sessions.add(sessionTime),
		Path:     "/",
		MaxAge:   int(sessionTime.Seconds()),
		HttpOnly: true,
		Secure:   r.TLS != nil,
		SameSite: http.SameSiteStrictMode,
	})
	// Not a redirect: a browser that came from another site would follow it without the cookie (SameSite=Strict).
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := fmt.Fprint(w, `<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>Lacquer</title><a href="/">Lacquer</a>`)
	return err
}
