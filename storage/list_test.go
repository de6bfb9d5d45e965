package storage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// listing tells what a list has, in the order of the words.
func listing(list func(func(storage.Listed) bool)) string {
	var lines []string
	for l := range list {
		line := l.Primary
		if l.Object != nil {
			scheme, _, _ := policy.ReadBase(l.Base)
			line += " object " + scheme
			fields, _ := message.ReadVaryKey(l.Variant)
			for _, f := range fields {
				line += fmt.Sprintf(" %s=%s", f.Name, f.Value)
			}
		}
		if l.Mark != nil {
			line += " mark " + l.Mark.Reason.String()
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func TestList(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	f := func(what, want string, list func(func(storage.Listed) bool)) {
		t.Helper()
		if got := listing(list); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	f("nothing is stored", "", s.List())

	store(t, s, "a", 10)
	store(t, s, "b", 10)
	f("two are stored", "a object http; b object http", s.List())
	f("one of them", "b object http", s.ListURL("b"))
	f("none of them", "", s.ListURL("c"))
	if n := s.Count(); n != 2 {
		t.Errorf("%d objects are counted, not 2", n)
	}

	// A purge that has not been swept hides what it hit.
	purges.purge("a")
	f("one is purged", "b object http", s.List())

	// Whoever has seen enough is not asked further.
	store(t, s, "d", 10)
	seen := 0
	for range s.List() {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("%d were listed after the end", seen)
	}

	// A mark stands for what is not stored.
	a := ask(s, "private")
	s.Refuse(a.Seat.Flight(), storage.Response{Head: &message.Response{Status: 200}}, storage.Refusal{Reason: policy.Private, Mark: time.Minute})
	a.Seat.Leave()
	f("a mark", "private mark private", s.ListURL("private"))
}

func TestListTellsVariants(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	var varied message.Header
	varied.Add("Vary", "Accept-Encoding")
	for _, encoding := range []string{"gzip", "br"} {
		request := message.Header{{Name: "Accept-Encoding", Value: encoding}}
		a := ask(s, "a", request...)
		s.Commit(a.Seat.Flight(), storage.Response{
			Head: &message.Response{Status: 200, Header: varied}, Request: request, Vary: message.ParseVary(varied),
			Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour},
		})
		a.Seat.Leave()
	}
	want := "a object http accept-encoding=br; a object http accept-encoding=gzip"
	if got := listing(s.List()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
