package admin

import (
	_ "embed"
	"io"
	"net/http"
)

// health says that the process lives.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "alive\n")
}

// ready says whether clients can be served: whoever balances over several sends none here otherwise.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) error {
	if err := s.House.Ready(); err != nil {
		return plain(w, http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
	}
	return plain(w, http.StatusOK, "ready\n")
}

// index says what there is.
func (s *Server) index(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "Lacquer "+s.Version+"\n\n/metrics                for Prometheus\n/healthz, /readyz       for whoever balances or restarts\n/api/v1/openapi.yaml    describes the API\n")
}

//go:embed openapi.yaml
var openAPI string

// OpenAPI returns the description of the API.
func OpenAPI() string { return openAPI }

func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = io.WriteString(w, openAPI)
	return nil
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
	return nil
}
