package proxy

import (
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// tidy takes off what was meant for the connection to the origin, and adds the date where the origin has no clock (RFC 9110 section 6.6.1). The
// body's length stands in Length alone.
func tidy(head *message.Response, now time.Time) {
	message.RemoveHopByHop(&head.Header)
	head.Header.Del("Content-Length")
	if !head.Header.Has("Date") {
		head.Header.Add("Date", message.FormatDate(now))
	}
}

// storable returns the head as it may be sent to anybody, without the fields that it says are not to be kept; Age is counted anew each time.
func storable(head *message.Response, omit []string) *message.Response {
	h := *head
	h.Header = append(make(message.Header, 0, len(head.Header)), head.Header...)
	policy.DropPersonal(&h.Header, omit...)
	h.Header.Del("Age")
	return &h
}

// forwarded is the Cache-Status of a response that was fetched: for this request, or collapsed with others.
func forwarded(why policy.Reason, o *storage.Outcome, collapsed bool) policy.CacheStatus {
	s := policy.CacheStatus{
		Fwd:       policy.ForwardOf(why),
		FwdStatus: o.Object.Head.Status,
		Stored:    o.Shared && o.Object.Kept(),
		Collapsed: collapsed,
		Detail:    o.Reason,
	}
	if o.Validated {
		s.FwdStatus, s.Detail = 304, policy.Validated
	}
	return s
}

// via is our entry in Via, whatever version the origin or the client spoke: intermediaries are named for people who look for them.
const via = "1.1 " + Name
