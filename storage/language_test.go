package storage_test

import (
	"fmt"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// RFC 9110 section 12.5.4: a request in other words is answered in the language that it prefers, if that is stored and nothing else differs.
func TestLanguages(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	speak := func(language, contentLanguage string, more ...message.Field) *storage.Object {
		t.Helper()
		fields := append(message.Header{{Name: "Accept-Language", Value: language}}, more...)
		seat := miss(t, s, "a", fields...)
		defer seat.Leave()
		r := response(10)
		r.Head.Header.Add("Content-Language", contentLanguage)
		r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: "Accept-Language, Accept-Encoding"}}), fields
		o := s.Commit(seat.Flight(), r)
		fill(t, s, o, 10)
		s.Complete(o)
		return o
	}
	german := speak("de-AT,de;q=0.9,en;q=0.8", "de")
	english := speak("en-US,en;q=0.9", "en")
	several := speak("da,nb;q=0.9", "da, nb")
	f := func(language string, want *storage.Object, more ...message.Field) {
		t.Helper()
		a := ask(s, "a", append([]message.Field{{Name: "Accept-Language", Value: language}}, more...)...)
		defer dismiss(s, a)
		if (a.Find == storage.Hit) != (want != nil) || want != nil && a.Object != want {
			t.Errorf("%q: find %d (%v)", language, a.Find, a.Reason)
		}
	}

	// By the very words; by the one language that is preferred.
	f("de-AT,de;q=0.9,en;q=0.8", german)
	f("de", german)
	f("en,de;q=0.5", english)
	f("EN", english)
	// Preferred is something else, nothing above all, nothing; several languages are none.
	f("fr,de;q=0.9", nil)
	f("de,en", nil)
	f("*", nil)
	f("", nil)
	f("da", nil)
	f("da,nb;q=0.9", several)
	// Something else that Vary names differs.
	gzip := message.Field{Name: "Accept-Encoding", Value: "gzip"}
	f("de", nil, gzip)
	// The newest of those in one language.
	german = speak("de-CH,de;q=0.9,fr;q=0.8", "de")
	f("de", german)
	zipped := speak("de", "de", gzip)
	f("de,en;q=0.1", zipped, gzip)
	f("de", german)

	// It is listed once, and leaves with its slot.
	if s.Count() != 5 {
		t.Errorf("%d objects", s.Count())
	}
	n := 0
	for range s.ListURL("a") {
		n++
	}
	if n != 5 {
		t.Errorf("%d are listed", n)
	}
	purges.purge("a")
	if swept := s.Sweep("a"); swept.Objects != 5 {
		t.Errorf("swept %+v", swept)
	}
	f("de", nil)
}

// A slot that has an answer in another language now is not found by the first.
func TestLanguageChanges(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	for _, language := range []string{"de", "en"} {
		fields := message.Header{{Name: "Accept-Language", Value: "x, y"}}
		seat := s.Fly(key("a"), nil)
		r := response(0)
		r.Head.Header.Add("Content-Language", language)
		r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: "Accept-Language"}}), fields
		s.Complete(s.Commit(seat.Flight(), r))
		seat.Leave()
	}
	for language, want := range map[string]bool{"de": false, "en": true} {
		a := ask(s, "a", message.Field{Name: "Accept-Language", Value: language})
		if (a.Find == storage.Hit) != want {
			t.Errorf("%s: find %d (%v)", language, a.Find, a.Reason)
		}
		dismiss(s, a)
	}
}

// However many variants come, so many stay; it is counted and told, and what is used stays rather than what nobody asks for.
func TestVariantsMakeRoom(t *testing.T) {
	told := 0
	s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, MaxVariants: 10, Purges: new(log), OnVariantsFull: func(primary string) {
		if told++; primary != "a" {
			t.Errorf("told of %s", primary)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	commit := func(value string, lifetime time.Duration) {
		field := message.Field{Name: "X", Value: value}
		seat := s.Fly(key("a"), nil)
		defer seat.Leave()
		r := response(0)
		r.Freshness.Lifetime, r.Freshness.Keep = lifetime, time.Hour
		r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: "X"}}), message.Header{field}
		s.Complete(s.Commit(seat.Flight(), r))
	}
	found := func(value string) bool {
		p := s.Peek(&storage.Query{Key: key("a"), Request: &message.Request{Header: message.Header{{Name: "X", Value: value}}}, Now: time.Now()})
		return p.Object != nil
	}
	for i := range 5 {
		commit(fmt.Sprint("hot", i), time.Hour)
		dismiss(s, ask(s, "a", message.Field{Name: "X", Value: fmt.Sprint("hot", i)}))
	}
	commit("expired", 0)
	for i := range 100 {
		commit(fmt.Sprint("flood", i), time.Hour)
	}
	for i := range 5 {
		if !found(fmt.Sprint("hot", i)) {
			t.Errorf("hot %d had to go", i)
		}
	}
	if found("expired") || !found("flood99") || s.Count() != 10 {
		t.Errorf("%d variants", s.Count())
	}
	if got := s.Stats().VariantsDropped; got != 96 || told != 96 {
		t.Errorf("%d counted, %d told", got, told)
	}
}

// A look-up by language does not allocate, either.
func TestLanguageHitAllocatesNothing(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	seat := miss(t, s, "a")
	r := response(0)
	r.Head.Header.Add("Content-Language", "de")
	r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: "Accept-Language"}}), message.Header{{Name: "Accept-Language", Value: "de-AT,de;q=0.9"}}
	s.Complete(s.Commit(seat.Flight(), r))
	seat.Leave()
	q := &storage.Query{Key: key("a"), Request: &message.Request{Header: message.Header{{Name: "Accept-Language", Value: "de,en;q=0.9"}}}, Now: time.Now()}
	if n := testing.AllocsPerRun(100, func() {
		if a := s.Lookup(q); a.Find != storage.Hit || a.Reason != policy.Fresh {
			t.Error("not a hit")
		}
	}); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}
