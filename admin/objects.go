package admin

import (
	"net/http"
	"net/url"
	"strconv"

	"lacquer/policy"
)

const (
	usualObjects = 100
	maxObjects   = 10_000
)

// ObjectList is a part of what is stored.
type ObjectList struct {
	Objects []Object `json:"objects"`
	More    bool     `json:"more"` // there are others, past the limit
}

// objects lists what is stored, or what of it a filter lets through.
func (s *Server) objects(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := onlyKnown(query, "url", "host", "tag", "limit"); err != nil {
		return err
	}
	limit := usualObjects
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxObjects {
			return input("limit: %s is no number from 1 to %d", quoted(text), maxObjects)
		}
		limit = n
	}
	f := Filter{URL: query.Get("url"), Host: query.Get("host"), Tag: query.Get("tag")}
	if err := f.wrong(); err != nil {
		return err
	}
	list := ObjectList{Objects: []Object{}}
	for o := range s.House.Objects(f) {
		if list.More = len(list.Objects) == limit; list.More {
			break
		}
		list.Objects = append(list.Objects, o)
	}
	return answer(w, list)
}

// object tells all that is stored under one URL, heads included.
func (s *Server) object(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := onlyKnown(query, "url"); err != nil {
		return err
	}
	f := Filter{URL: query.Get("url"), Headers: true}
	if f.URL == "" {
		return input("url is missing")
	}
	if err := f.wrong(); err != nil {
		return err
	}
	list := ObjectList{Objects: []Object{}}
	for o := range s.House.Objects(f) {
		list.Objects = append(list.Objects, o)
	}
	if len(list.Objects) == 0 {
		return &refusal{http.StatusNotFound, "not-found", "nothing is stored under " + quoted(f.URL)}
	}
	return answer(w, list)
}

func (f *Filter) wrong() error {
	if f.URL == "" {
		return nil
	}
	if _, err := policy.PrimaryOf(f.URL); err != nil {
		return input("%v", err)
	}
	return nil
}

// onlyKnown refuses parameters that mean nothing: a filter that was misspelt lets everything through.
func onlyKnown(query url.Values, names ...string) error {
	for name := range query {
		known := false
		for _, n := range names {
			known = known || n == name
		}
		if !known {
			return input("%s is no parameter here; there are %q", quoted(name), names)
		}
	}
	return nil
}
