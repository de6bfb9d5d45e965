package trial

import (
	"fmt"
	"net/netip"
	"strings"

	"lacquer/message"
	"lacquer/policy/rules"
)

// testMembers are the keys of a test.
func testMembers() []member[Test] {
	return []member[Test]{
		{Key{Name: "name", Form: Text, Help: "what it shows"}, readName},
		{Key{Name: "request", Form: Group, Required: true, Help: "what a client asks", Keys: keysOf(requestMembers())}, readRequest},
		{Key{Name: "response", Form: Group, Help: "what the origin answers", Keys: keysOf(responseMembers())}, readResponse},
		{Key{Name: "after", Form: Duration, Help: "the same request comes again after this time, and what is expected is of that one"}, readAfter},
		{Key{Name: "backend", Form: Group, Help: "the state of the origin; with after, when the request comes again", Keys: keysOf(backendMembers())}, readBackend},
		{Key{Name: "expect", Form: Group, Required: true, Help: "what is to come of it", Keys: keysOf(expectMembers())}, readExpect},
	}
}

func readName(r *reader, n rules.Node, t *Test) {
	if name, ok := r.text(n); ok {
		t.Name = name
	}
}

func readAfter(r *reader, n rules.Node, t *Test) {
	t.After, _ = r.duration(n)
	t.Later = true
}

// traffic is a request that is being read.
type traffic struct {
	url     rules.Node
	method  string
	headers message.Header
	cookies []string
	client  netip.Addr
}

// requestMembers are the keys of a test's request.
func requestMembers() []member[traffic] {
	return []member[traffic]{
		{Key{Name: "url", Form: Text, Required: true, Help: "path and query, or a whole URL; the host is localhost where it names none"}, func(r *reader, n rules.Node, t *traffic) {
			if _, ok := r.text(n); ok {
				t.url = n
			}
		}},
		{Key{Name: "method", Form: Text, Help: "GET without it"}, readMethod},
		{Key{Name: "headers", Form: Fields, Help: "its fields"}, func(r *reader, n rules.Node, t *traffic) { t.headers = r.fields(n, r.noNull) }},
		{Key{Name: "cookies", Form: Fields, Help: "names and values of its cookies"}, readCookies},
		{Key{Name: "client", Form: Address, Help: "who asks: 192.0.2.1 without it"}, readClient},
	}
}

func readMethod(r *reader, n rules.Node, t *traffic) {
	method, ok := r.text(n)
	if ok && !message.IsToken(method) {
		r.report(n.Position, fmt.Sprintf("%q is no method; write it like GET or POST", method))
	}
	t.method = method
}

func readCookies(r *reader, n rules.Node, t *traffic) {
	for _, f := range r.fields(n, r.noNull) {
		t.cookies = append(t.cookies, f.Name+"="+f.Value)
	}
}

func readClient(r *reader, n rules.Node, t *traffic) {
	text, ok := r.text(n)
	if !ok {
		return
	}
	client, err := netip.ParseAddr(text)
	if err != nil {
		r.report(n.Position, fmt.Sprintf("%q is no address; write it like 192.0.2.7 or 2001:db8::1", text))
	}
	t.client = client.Unmap()
}

func readRequest(r *reader, n rules.Node, t *Test) {
	from := traffic{method: "GET", client: t.Client}
	before := len(r.problems)
	readGroup(r, n, "a request", requestMembers(), &from)
	if from.url.Kind == 0 {
		if len(r.problems) == before {
			r.report(n.Position, "the request has no url; write one, such as url: /")
		}
		return
	}
	t.Client = from.client
	t.Request = r.request(from)
}

// request makes the head of a request, as a client would have sent it over HTTP/1.1.
func (r *reader) request(from traffic) *message.Request {
	scheme, authority, target := "http", "localhost", from.url.Text
	if before, rest, absolute := strings.Cut(from.url.Text, "://"); absolute && !strings.HasPrefix(before, "/") {
		scheme, authority, target = strings.ToLower(before), rest, "/"
		if end := strings.IndexAny(rest, "/?"); end >= 0 {
			authority, target = rest[:end], rest[end:]
		}
		if strings.HasPrefix(target, "?") {
			target = "/" + target
		}
	}
	if host := from.headers.Get("Host"); host != "" {
		authority = host
		from.headers.Del("Host")
	}
	if len(from.cookies) > 0 {
		from.headers.Add("Cookie", strings.Join(from.cookies, "; "))
	}
	q := &message.Request{Method: from.method, Scheme: scheme, Authority: authority, Major: 1, Minor: 1, Header: from.headers}
	q.Path, q.Query, q.HasQuery = strings.Cut(target, "?")
	if wrong := wrongURL(q); wrong != "" {
		r.report(from.url.Position, fmt.Sprintf("%q is no URL of a request: %s; write it like /page?id=1 or https://www.example.org/page", from.url.Text, wrong))
	}
	return q
}

// wrongURL says in a few words what no client would send.
func wrongURL(q *message.Request) string {
	whole := q.Authority + q.Path + q.Query
	switch {
	case q.Scheme != "http" && q.Scheme != "https":
		return "its scheme is neither http nor https"
	case q.Authority == "":
		return "it has no host"
	case !strings.HasPrefix(q.Path, "/"):
		return "its path does not begin with /"
	case strings.ContainsFunc(whole, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "it has a character that stands percent-encoded in URLs"
	case strings.Contains(whole, "#"):
		return "what follows # never leaves the browser"
	}
	return ""
}

// responseMembers are the keys of a test's response.
func responseMembers() []member[Response] {
	return []member[Response]{
		{Key{Name: "status", Form: Status, Help: "200 without it"}, func(r *reader, n rules.Node, p *Response) { p.Head.Status, _ = r.status(n) }},
		{Key{Name: "headers", Form: Fields, Help: "its fields; Date is added unless it is given"}, func(r *reader, n rules.Node, p *Response) {
			p.Head.Header = r.fields(n, r.noNull)
		}},
		{Key{Name: "body", Form: Text, Help: "its body"}, func(r *reader, n rules.Node, p *Response) {
			text, _ := r.text(n)
			p.Body = []byte(text)
		}},
	}
}

func readResponse(r *reader, n rules.Node, t *Test) {
	p := &Response{Head: &message.Response{Status: 200, Major: 1, Minor: 1}}
	readGroup(r, n, "a response", responseMembers(), p)
	p.Head.Length = int64(len(p.Body))
	t.Response = p
}

// backendMembers are the keys of the state of a test's backend.
func backendMembers() []member[Test] {
	return []member[Test]{
		{Key{Name: "healthy", Form: Bool, Help: "false: it cannot be reached"}, func(r *reader, n rules.Node, t *Test) {
			healthy, ok := r.bool(n)
			t.Down = ok && !healthy
		}},
	}
}

func readBackend(r *reader, n rules.Node, t *Test) { readGroup(r, n, "backend", backendMembers(), t) }
