package edge

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"

	"lacquer/proxy"
)

// lead leads one transaction, over whatever protocol its request came: it answers what is answered at the door, or asks the handler, and
// notes what became of it.
func (s *Server) lead(ctx context.Context, r *proxy.Request, w responder, e *Entry) {
	e.asks(r)
	if s.misdirected(r) {
		e.Status = http.StatusMisdirectedRequest
		e.Bytes = refuse(w, e.Status, "its host is not served on this connection")
		return
	}
	if answer := s.doorstep(r); answer != nil {
		e.Status = answer.Status
		e.Bytes = answer.send(w)
		return
	}
	if s.limits.Body > 0 && r.Length > s.limits.Body {
		e.Status = http.StatusRequestEntityTooLarge
		e.Bytes = refuse(w, e.Status, fmt.Sprintf("its body is longer than %d bytes", s.limits.Body))
		return
	}
	e.gets(s.handle(ctx, r, w))
}

// handle asks the handler. Its panic costs the one transaction and nothing else. What it leaves unanswered gets a 500.
func (s *Server) handle(ctx context.Context, r *proxy.Request, w responder) (record proxy.Record) {
	p := w.progress()
	defer func() {
		fault := recover()
		if fault == nil && (p.begun || p.aborted) {
			return
		}
		switch fault {
		case nil:
			s.log.Error("BUG: a request was left without a response", "request_id", r.ID)
		case http.ErrAbortHandler:
			p.aborted = true
			return
		default:
			s.panics.Add(1)
			s.log.Error("panic while serving a request", "request_id", r.ID, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
		}
		if p.tunnel != nil {
			p.tunnel.Close()
		}
		if p.begun {
			p.aborted = true
			return
		}
		record.Status = http.StatusInternalServerError
		record.Bytes = refuse(w, record.Status, "")
	}()
	return s.Handler.Serve(ctx, r, w)
}
