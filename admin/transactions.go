package admin

import (
	"encoding/json"
	"net/http"
	"time"
)

// beat is how often something is sent on a stream on which nothing happens, so that a client that is gone is noticed.
const beat = 15 * time.Second

// transactions streams what happens from now on, one JSON object a line, until the client leaves. Empty lines mean nothing.
func (s *Server) transactions(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r.URL.Query()); err != nil {
		return err
	}
	l := s.Feed.join()
	defer s.Feed.leave(l)
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	if r.Method == http.MethodHead || control.Flush() != nil {
		return nil
	}
	lines := json.NewEncoder(w)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return nil
		case t := <-l.lines:
			_ = control.SetWriteDeadline(time.Now().Add(answerTime))
			err = lines.Encode(t)
		case <-tick.C:
			_ = control.SetWriteDeadline(time.Now().Add(answerTime))
			_, err = w.Write([]byte("\n"))
		}
		if err != nil || len(l.lines) == 0 && control.Flush() != nil {
			return nil
		}
	}
}
