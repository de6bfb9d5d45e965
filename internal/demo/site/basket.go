package site

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
)

const (
	basketCookie = "basket"
	maxBaskets   = 500 // the one that was begun first goes
	maxThings    = 12  // in a basket
)

// baskets are those of the visitors, by the value of their cookie. The zero value has none.
type baskets struct {
	things map[string][]string
	begun  []string // in this order
}

// put adds a thing to a basket.
func (b *baskets) put(whose, thing string) {
	if b.things == nil {
		b.things = map[string][]string{}
	}
	if _, known := b.things[whose]; !known {
		if len(b.begun) >= maxBaskets {
			delete(b.things, b.begun[0])
			b.begun = slices.Delete(b.begun, 0, 1)
		}
		b.begun = append(b.begun, whose)
	}
	if len(b.things[whose]) < maxThings {
		b.things[whose] = append(b.things[whose], thing)
	}
}

// basket shows what a visitor has chosen. The cookie goes with the basket's own path only.
func (s *Site) basket(w http.ResponseWriter, r *http.Request) {
	var things []string
	whose := visitor(w, r)
	s.mu.Lock()
	things = slices.Clone(s.baskets.things[whose])
	s.mu.Unlock()
	show(w, "basket.html", struct {
		Things []string
		Made   made
	}{things, s.made(r.URL.Path)})
}

// fill puts the object of an article into the visitor's basket.
func (s *Site) fill(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PostFormValue("article"))
	a, ok := s.Article(number)
	if err != nil || !ok {
		http.Error(w, "there is nothing of that kind", http.StatusUnprocessableEntity)
		return
	}
	whose := visitor(w, r)
	s.mu.Lock()
	s.baskets.put(whose, a.Object)
	s.mu.Unlock()
	http.Redirect(w, r, "/basket", http.StatusSeeOther)
}

// visitor tells visitors apart by a cookie, which it sets where there is none that could be ours.
func visitor(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(basketCookie); err == nil && len(c.Value) == len(rand.Text()) {
		return c.Value
	}
	name := rand.Text()
	http.SetCookie(w, &http.Cookie{Name: basketCookie, Value: name, Path: "/basket", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return name
}
