package admin

import (
	"net/http"
	"strings"

	"lacquer/policy"
)

// explain says what would become of a request.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	var q Question
	if err := read(r, &q); err != nil {
		return err
	}
	if q.Method == "" {
		q.Method = http.MethodGet
	}
	if err := q.wrong(); err != nil {
		return err
	}
	e, err := s.House.Explain(r.Context(), q)
	if err != nil {
		return err
	}
	if e.Rules == nil {
		e.Rules = []RuleMatch{}
	}
	if e.Stored == nil {
		e.Stored = []Object{}
	}
	e.Means = Means(e.Reason)
	for _, r := range []*Response{e.Used, e.Fetched} {
		if r != nil {
			r.Means = Means(r.Reason)
		}
	}
	return answer(w, e)
}

// wrong says what about a question is no request.
func (q *Question) wrong() error {
	if _, err := policy.PrimaryOf(q.URL); err != nil {
		return input("%v", err)
	}
	if strings.ContainsAny(q.Method, " \t\r\n") {
		return input("%s is no method", quoted(q.Method))
	}
	for _, f := range q.Headers {
		if f.Name == "" || strings.ContainsAny(f.Name, " \t\r\n:") || strings.ContainsAny(f.Value, "\r\n\x00") {
			return input("%s is no field of a request", quoted(f.Name+": "+f.Value))
		}
	}
	return nil
}
