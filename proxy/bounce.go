package proxy

import (
	"lacquer/message"
	"lacquer/policy"
)

// methods are those that are known to be sent on, for who asks with Max-Forwards what is offered here.
const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, QUERY"

// bounce answers a TRACE or OPTIONS that is to go no further than here (RFC 9110 section 7.6.2).
func bounce(t *transaction) step {
	head := &message.Response{Status: 200, Major: 1, Minor: 1}
	head.Header.Add("Cache-Control", "no-store")
	var body []byte
	if t.request.Method == "TRACE" {
		head.Header.Add("Content-Type", "message/http")
		body = policy.TraceEcho(t.request.Request)
	} else {
		head.Header.Add("Allow", methods)
	}
	head.Length = int64(len(body))
	t.record.Result = ResultSynthetic
	t.status = policy.CacheStatus{Detail: policy.ForwardsSpent}
	t.sign(head)
	return t.sendOwn(head, body)
}
