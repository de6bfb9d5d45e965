package edge

import (
	"io"
	"net/http"
	"strconv"

	"lacquer/message"
)

// refuse answers a request that is not served with a short page, and has the connection closed, since what follows on it cannot be trusted; not so in
// HTTP/2, whose frames keep requests apart. It returns the bytes of the body that it sent.
func refuse(w responder, status int, why string) int64 {
	page := strconv.Itoa(status) + " " + message.StatusText(status) + "\n"
	if why != "" {
		page += "\nThe request was refused: " + why + ".\n"
	}
	head := &message.Response{Status: status, Length: int64(len(page)), Header: message.Header{
		{Name: "Content-Type", Value: "text/plain; charset=utf-8"},
		{Name: "Cache-Control", Value: "no-store"},
	}}
	if status == http.StatusMethodNotAllowed {
		head.Header.Add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") // RFC 9110 section 15.5.6 wants one
	}
	w.refuses()
	return send(w, head, page)
}

// send sends a whole response and returns the bytes of its body that were sent.
func send(w responder, head *message.Response, body string) int64 {
	if w.Head(head) == nil {
		_, _ = io.WriteString(w, body)
		_ = w.Finish()
	}
	return w.progress().written
}
