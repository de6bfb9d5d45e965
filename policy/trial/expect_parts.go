package trial

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// expectKey expects the primary key by a text, what rules add by a list, and a piece of either by contains.
func expectKey(r *reader, n rules.Node, into *[]Expectation) {
	switch n.Kind {
	case rules.Scalar:
		expectText(into, "key", n, func(x *Result) string { return x.Key.Primary })
	case rules.List:
		if want, ok := r.texts(n); ok {
			expect(into, "key", n, list(want), func(x *Result) (string, bool) { return list(x.Parts), slices.Equal(x.Parts, want) })
		}
	default:
		readGroup(r, n, "key", []member[[]Expectation]{{Key{Name: "contains"}, expectInKey}}, into)
	}
}

func expectInKey(r *reader, n rules.Node, into *[]Expectation) {
	pieces, ok := r.texts(n)
	if !ok {
		return
	}
	for _, piece := range pieces {
		expect(into, "key", n, fmt.Sprintf("one that contains %q", piece), func(x *Result) (string, bool) {
			all := append([]string{x.Key.Primary}, x.Parts...)
			return list(all), slices.ContainsFunc(all, func(part string) bool { return strings.Contains(part, piece) })
		})
	}
}

func list(texts []string) string { return "[" + strings.Join(texts, ", ") + "]" }

// fetchMembers are the keys of what is expected of the request to the origin.
func fetchMembers() []member[[]Expectation] {
	asked := func(part func(*message.Request) string) func(*Result) string {
		return func(x *Result) string {
			if x.Asked == nil {
				return ""
			}
			return part(x.Asked)
		}
	}
	return []member[[]Expectation]{
		text("url", "path and query", asked((*message.Request).URI)),
		text("host", "the host that is named to it", asked(func(q *message.Request) string { return q.Authority })),
		{Key{Name: "headers", Form: Fields, Help: "its fields"}, func(r *reader, n rules.Node, into *[]Expectation) {
			r.expectFields(into, n, func(x *Result) (message.Header, bool) {
				if x.Asked == nil {
					return nil, false
				}
				return x.Asked.Header, true
			}, "no request; the origin was not asked")
		}},
	}
}

func expectFetch(r *reader, n rules.Node, into *[]Expectation) {
	from := len(*into)
	readGroup(r, n, "fetch", fetchMembers(), into)
	for i := range (*into)[from:] {
		e := &(*into)[from+i]
		e.Key = "fetch." + e.Key
	}
}

func expectStatus(r *reader, n rules.Node, into *[]Expectation) {
	want, ok := r.status(n)
	if !ok {
		return
	}
	expect(into, "status", n, strconv.Itoa(want), func(x *Result) (string, bool) {
		if x.Response == nil {
			return noResponse, false
		}
		return strconv.Itoa(x.Response.Status), x.Response.Status == want
	})
}

// redirectOf is the Location of a redirect, "" for any other response.
func redirectOf(x *Result) string {
	if x.Response == nil || x.Response.Status < 300 || x.Response.Status > 399 {
		return ""
	}
	return x.Response.Header.Get("Location")
}

func expectHeaders(r *reader, n rules.Node, into *[]Expectation) {
	r.expectFields(into, n, func(x *Result) (message.Header, bool) {
		if x.Response == nil {
			return nil, false
		}
		return x.Response.Header, true
	}, noResponse)
}

// expectFields expects each of several fields to have a value, or not to be there.
func (r *reader) expectFields(into *[]Expectation, n rules.Node, got func(*Result) (message.Header, bool), without string) {
	field := func(at rules.Node, name, want string, wanted bool) {
		if !wanted {
			want = "not there"
		}
		expect(into, "headers."+name, at, want, func(x *Result) (string, bool) {
			h, ok := got(x)
			switch {
			case !ok:
				return without, false
			case !h.Has(name):
				return "not there", !wanted
			}
			value := h.Joined(name)
			return value, wanted && value == want
		})
	}
	absent := func(name rules.Node) { field(name, name.Text, "", false) }
	for _, f := range r.fields(n, absent) {
		field(valueOf(n, f.Name), f.Name, f.Value, true)
	}
}

// valueOf returns the value of a map's member.
func valueOf(n rules.Node, name string) rules.Node {
	i := slices.IndexFunc(n.Fields, func(f rules.Field) bool { return f.Name.Text == name })
	return n.Fields[i].Value
}

func expectTags(r *reader, n rules.Node, into *[]Expectation) {
	want, ok := r.texts(n)
	if !ok {
		return
	}
	want = policy.Tidy(want)
	expect(into, "tags", n, list(want), func(x *Result) (string, bool) {
		if x.Judged == nil {
			return noResponse, false
		}
		return list(x.Tags), slices.Equal(x.Tags, want)
	})
}

func expectRules(r *reader, n rules.Node, into *[]Expectation) {
	want, ok := r.texts(n)
	if !ok {
		return
	}
	for i, name := range want {
		if !slices.Contains(r.Rules, name) {
			at := n
			if n.Kind == rules.List {
				at = n.Items[i]
			}
			r.unknown(at, "rule", r.Rules)
		}
	}
	expect(into, "rules", n, list(want), func(x *Result) (string, bool) {
		names := x.RuleNames()
		return list(names), slices.Equal(names, want)
	})
}
