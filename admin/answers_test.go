package admin_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lacquer/admin"
)

func TestAnswers(t *testing.T) {
	f := func(h *house, method, path, body, want string) {
		t.Helper()
		w := ask(newServer(t, h), request(method, path, body))
		var failure admin.Failure
		got := fmt.Sprint(w.Code, " ", strings.TrimSpace(w.Body.String()))
		if json.Unmarshal(w.Body.Bytes(), &failure) == nil && failure.Code != "" {
			got = fmt.Sprint(w.Code, " ", failure.Code, " ", failure.Message)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s %s: got %q, want %q", method, path, got, want)
		}
	}
	f(new(house), "GET", "/healthz", "", "200 alive")
	f(new(house), "GET", "/readyz", "", "200 ready")
	f(&house{ready: errors.New("draining")}, "GET", "/readyz", "", "503 not ready: draining")
	// It lives while it drains.
	f(&house{ready: errors.New("draining")}, "GET", "/healthz", "", "200 alive")

	// What is wrong with a configuration is told as it was found.
	f(&house{refuse: &admin.Refused{Err: errWrong}}, "POST", "/api/v1/reload", "", "422 refused lacquer.yaml:3:5: something is wrong")
	f(&house{refuse: &admin.Refused{Err: errWrong}}, "POST", "/api/v1/rollback", "{}", "422 refused")
	f(&house{refuse: fmt.Errorf("reload: %w", admin.ErrNotBuilt)}, "POST", "/api/v1/reload", "", "501 not-built reload: not in this version")
	f(&house{refuse: errors.New("the disk is gone")}, "POST", "/api/v1/reload", "", "500 internal the disk is gone")
	f(new(house), "POST", "/api/v1/rollback", `{"to": 1}`, `"number": 1`)
	f(new(house), "POST", "/api/v1/rollback", `{"to": -1}`, "400 input")

	// Questions that are no requests.
	f(new(house), "POST", "/api/v1/explain", `{"url": "http://example.org/"}`, `"method": "GET"`)
	f(new(house), "POST", "/api/v1/explain", `{"url": "http://example.org/"}`, `"means": "nothing is stored under this URL"`)
	f(new(house), "POST", "/api/v1/explain", `{"url": "/"}`, "400 input")
	f(new(house), "POST", "/api/v1/explain", `{"url": "http://example.org/", "method": "GET /"}`, "400 input")
	f(new(house), "POST", "/api/v1/explain", `{"url": "http://example.org/", "headers": [{"name": "A", "value": "b\r\nC: d"}]}`, "400 input")
	f(new(house), "POST", "/api/v1/explain", `{"url": "http://example.org/", "headers": [{"name": "A:", "value": "b"}]}`, "400 input")
}
