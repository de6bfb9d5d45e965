package edge

import (
	"net/http"
	"strconv"
	"time"

	"lacquer/message"
)

// refuse answers a request that is not served, and has the connection closed, since what follows on it cannot be trusted; not so in
// HTTP/2, whose frames keep requests apart. It returns the bytes of the body that it sent.
func (w *writer) refuse(status int, why string) int64 {
	text := strconv.Itoa(status) + " " + message.StatusText(status) + "\n"
	if why != "" {
		text += "\nThe request was refused: " + why + ".\n"
	}
	w.begun = true
	w.control.SetReadDeadline(time.Now().Add(drainTime)) // net/http reads on for a while, so that the answer arrives
	h := w.rw.Header()
	clear(h)
	if !overHTTP2(w.request) {
		h.Set("Connection", "close")
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if status == http.StatusMethodNotAllowed {
		h.Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") // RFC 9110 section 15.5.6 wants one
	}
	w.rw.WriteHeader(status)
	if w.request.Method == http.MethodHead {
		return 0
	}
	n, _ := w.rw.Write([]byte(text))
	return int64(n)
}
