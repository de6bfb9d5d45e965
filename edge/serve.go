package edge

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"lacquer/message"
	"lacquer/proxy"
)

// serve leads one transaction: it reads, asks the handler, and sees to what is left when that returns.
func (s *Server) serve(rw http.ResponseWriter, r *http.Request) {
	entry := s.entry(time.Now(), r)
	defer func() { s.access(entry) }()

	w := &writer{server: s, request: r, rw: rw, control: http.NewResponseController(rw)}
	w.extend()
	head, verdict := parse(r, s.limits.Header)
	if verdict.Outcome != message.Serve {
		entry.Client = addressOf(r.RemoteAddr)
		entry.Peer = entry.Client
		entry.Status = verdict.Status
		entry.Bytes = w.refuse(verdict.Status, verdict.Why)
		return
	}
	request := s.request(r, head)
	entry.asks(head, request.Client, request.ID)
	if s.misdirected(r, request) {
		entry.Status = http.StatusMisdirectedRequest
		entry.Bytes = w.refuse(entry.Status, "its host is not served on this connection")
		return
	}
	if answer := s.doorstep(r, request); answer != nil {
		entry.Status = answer.Status
		entry.Bytes = w.answer(answer)
		return
	}
	if s.limits.Body > 0 && head.Length > s.limits.Body {
		entry.Status = http.StatusRequestEntityTooLarge
		entry.Bytes = w.refuse(entry.Status, fmt.Sprintf("its body is longer than %d bytes", s.limits.Body))
		return
	}
	if verdict.Framing != message.NoBody {
		body := s.body(r, w)
		request.Body, request.Trailer = body, func() message.Header { return trailer(r.Trailer) }
		defer body.leave()
	}
	entry.gets(s.handle(r, request, w))
	if w.aborted && w.tunnel == nil {
		entry.Cut = true
		w.cut()
	}
}

// request makes of a head what the handler wants to know.
func (s *Server) request(r *http.Request, head *message.Request) *proxy.Request {
	client := s.client(r, head.Header)
	if client.Trusted {
		head.Scheme = forwardedScheme(head.Header, head.Scheme)
	}
	return &proxy.Request{Request: head, Client: client, TLS: factsOf(r.TLS), ID: requestID(head.Header, client)}
}

// trailer makes of a trailer section what the handler wants to know. It is empty until the body has ended.
func trailer(fields http.Header) message.Header {
	var h message.Header
	for name, values := range fields {
		for _, value := range values {
			h.Add(name, value)
		}
	}
	message.DropUnfitTrailers(&h)
	return h
}

// body makes a reader of the request's body, and lets it be read while the response is being written.
func (s *Server) body(r *http.Request, w *writer) *body {
	w.control.EnableFullDuplex()
	// In HTTP/2 the library has taken the field away, and sends 100 Continue itself at the first read.
	w.continues = r.ProtoAtLeast(1, 1) && message.EqualFold(r.Header.Get("Expect"), "100-continue")
	return &body{source: r.Body, control: w.control, limit: s.limits.Body, pace: s.limits.BodyTime, begin: w.proceed}
}

// handle asks the handler. Its panic costs the one transaction and nothing else. What it leaves unanswered gets a 500.
func (s *Server) handle(r *http.Request, request *proxy.Request, w *writer) (record proxy.Record) {
	defer func() {
		fault := recover()
		if fault == nil && (w.begun || w.aborted) {
			return
		}
		switch {
		case fault == nil:
			s.log.Error("BUG: a request was left without a response", "request_id", request.ID)
		case fault == http.ErrAbortHandler:
			w.aborted = true
			return
		default:
			s.panics.Add(1)
			s.log.Error("panic while serving a request", "request_id", request.ID, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
		}
		if w.tunnel != nil {
			w.tunnel.Close()
		}
		if w.begun {
			w.aborted = true
			return
		}
		record.Status = http.StatusInternalServerError
		record.Bytes = w.refuse(record.Status, "")
	}()
	return s.Handler.Serve(r.Context(), request, w)
}
