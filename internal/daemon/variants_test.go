package daemon_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestVariantAlarm: that a URL has too many variants stands in the log, at most once a minute, with how often it was not said.
func TestVariantAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := startChanging(t, h, oneBackend+"cache: {max_variants: 2}\nrules: [{on: response, set: {Vary: X-Any}}]\n")
		next := 0
		ask := func(times int) {
			for range times {
				next++
				request, err := http.NewRequest("GET", "http://127.0.0.1:8080/page", nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("X-Any", fmt.Sprint(next))
				response, err := h.client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
			}
		}
		f := func(times int) {
			t.Helper()
			if got := strings.Count(d.log.String(), "more variants than are kept"); got != times {
				t.Errorf("said %d times, want %d:\n%s", got, times, d.log.String())
			}
		}
		ask(2)
		f(0)
		ask(10)
		f(1)
		time.Sleep(61 * time.Second)
		ask(1)
		f(2)
		if !strings.Contains(d.log.String(), "url=127.0.0.1:8080/page max_variants=2 unsaid=9") {
			t.Error(d.log.String())
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
}
