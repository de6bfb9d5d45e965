package site

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxTitle    = 100  // characters
	maxText     = 4000 // characters
	maxName     = 40   // characters
	maxComment  = 500  // characters
	maxComments = 20   // of an article; the oldest go
)

// Article is a page, and a thing from the workshop that goes with it.
type Article struct {
	Number   int
	Title    string
	Text     string // paragraphs, with empty lines between them
	Object   string // what can be put into the basket
	Comments []Comment
}

// Comment is what a reader wrote.
type Comment struct{ At, Name, Text string }

// Path returns where the article is read.
func (a Article) Path() string { return "/articles/" + strconv.Itoa(a.Number) }

// Picture returns the path of its picture.
func (a Article) Picture() string { return "/pictures/" + strconv.Itoa(a.Number) + ".svg" }

// Tag returns the tag that all pages carry on which the article stands.
func (a Article) Tag() string { return "article-" + strconv.Itoa(a.Number) }

// Teaser returns the first sentence.
func (a Article) Teaser() string {
	first, _, more := strings.Cut(a.Text, ". ")
	if more {
		first += "."
	}
	return first
}

// Paragraphs returns the text in pieces.
func (a Article) Paragraphs() []string {
	var all []string
	for p := range strings.SplitSeq(strings.ReplaceAll(a.Text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// Articles returns all articles as they are now.
func (s *Site) Articles() []Article {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Article, len(s.articles))
	for i, a := range s.articles {
		all[i] = a.clone()
	}
	return all
}

// Article returns an article as it is now.
func (s *Site) Article(number int) (Article, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.find(number); a != nil {
		return a.clone(), true
	}
	return Article{}, false
}

// Edit gives an article another title and text, as an editor in the site's own administration would. Nobody else is told.
func (s *Site) Edit(number int, title, text string) error {
	title, text = strings.TrimSpace(title), strings.TrimSpace(text)
	switch {
	case title == "" || text == "":
		return errors.New("an article has a title and a text")
	case utf8.RuneCountInString(title) > maxTitle:
		return fmt.Errorf("the title is longer than %d characters", maxTitle)
	case utf8.RuneCountInString(text) > maxText:
		return fmt.Errorf("the text is longer than %d characters", maxText)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(number)
	if a == nil {
		return fmt.Errorf("there is no article %d", number)
	}
	a.Title, a.Text = title, text
	return nil
}

// find returns an article or nil. s.mu is held.
func (s *Site) find(number int) *Article {
	for _, a := range s.articles {
		if a.Number == number {
			return a
		}
	}
	return nil
}

func (a *Article) clone() Article {
	c := *a
	c.Comments = slices.Clone(a.Comments)
	return c
}

// requested returns the article that a request means, or answers that there is none.
func (s *Site) requested(w http.ResponseWriter, r *http.Request) (Article, bool) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err == nil {
		if a, ok := s.Article(number); ok {
			return a, true
		}
	}
	http.NotFound(w, r)
	return Article{}, false
}

func (s *Site) article(w http.ResponseWriter, r *http.Request) {
	a, ok := s.requested(w, r)
	if !ok {
		return
	}
	w.Header().Set("Surrogate-Key", "articles "+a.Tag())
	show(w, "article.html", struct {
		Article
		Made made
	}{a, s.made(r.URL.Path)})
}

// comment adds what a reader wrote. It is sent to the article's own path: a cache forgets what it has there when this goes well
// (RFC 9111 section 4.4), so the comment is seen at once.
func (s *Site) comment(w http.ResponseWriter, r *http.Request) {
	a, ok := s.requested(w, r)
	if !ok {
		return
	}
	name, text := field(r, "name", maxName), field(r, "text", maxComment)
	if text == "" {
		http.Error(w, "a comment has a text", http.StatusUnprocessableEntity)
		return
	}
	if name == "" {
		name = "A reader"
	}
	s.add(a.Number, Comment{At: time.Now().Format("15:04"), Name: name, Text: text})
	http.Redirect(w, r, a.Path()+"#comments", http.StatusSeeOther)
}

func (s *Site) add(number int, c Comment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(number)
	a.Comments = append(a.Comments, c)
	if extra := len(a.Comments) - maxComments; extra > 0 {
		a.Comments = slices.Delete(a.Comments, 0, extra)
	}
}

// field returns what was written in a field of a form, cut to a number of characters.
func field(r *http.Request, name string, most int) string {
	text := []rune(strings.TrimSpace(r.PostFormValue(name)))
	return string(text[:min(len(text), most)])
}
