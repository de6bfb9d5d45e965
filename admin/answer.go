package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// refusal is an answer that gives nothing.
type refusal struct {
	status int
	code   string // for programs
	text   string // for people
}

func (r *refusal) Error() string { return r.text }

// Failure is what an answer other than 200 holds.
type Failure struct {
	Code    string `json:"code"` // host, origin, token, method, path, login, input, refused, not-found, not-built or internal
	Message string `json:"message"`
}

// refusalOf says in the API's words what went wrong.
func refusalOf(err error) *refusal {
	var known *refusal
	var refused *Refused
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return &refusal{http.StatusUnprocessableEntity, "refused", refused.Error()}
	case errors.Is(err, ErrNotBuilt):
		return &refusal{http.StatusNotImplemented, "not-built", err.Error()}
	}
	return &refusal{http.StatusInternalServerError, "internal", err.Error()}
}

// input is a refusal of what the client sent.
func input(format string, a ...any) *refusal {
	return &refusal{http.StatusBadRequest, "input", fmt.Sprintf(format, a...)}
}

// refuse sends a refusal.
func refuse(w http.ResponseWriter, r *refusal) {
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lacquer"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	// Whoever does not take the answer has no use for the error.
	_ = json.NewEncoder(w).Encode(Failure{Code: r.code, Message: r.text})
}

// answer sends a value.
func answer(w http.ResponseWriter, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	text = append(text, '\n')
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text)
	return nil
}

// read reads a value that a client sent. What it does not know is an error: a misspelt "soft" must not purge hard.
func read(r *http.Request, v any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return &refusal{http.StatusRequestEntityTooLarge, "input", fmt.Sprintf("the request is larger than %d bytes", large.Limit)}
		}
		return input("the request is not what was expected: %v", err)
	}
	if decoder.More() {
		return input("something stands behind the end of the request")
	}
	return nil
}

// quoted quotes a text that a client sent, at a length that a line can hold.
func quoted(text string) string {
	const most = 100
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strconv.Quote(text)
}
