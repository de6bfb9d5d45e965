package message_test

import (
	"slices"
	"strings"
	"testing"

	"lacquer/message"
)

func TestCookies(t *testing.T) {
	f := func(want []string, values ...string) {
		t.Helper()
		var got []string
		for name, value := range message.Cookies(lines("cookie", values...)) {
			got = append(got, name+"|"+value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", values, got, want)
		}
	}
	f(nil)
	f(nil, "", " ; ;")
	f([]string{"a|1"}, "a=1")
	f([]string{"a|1", "b|2", "a|3"}, "a=1; b=2;a=3")
	f([]string{"a|1", "b|2"}, "a=1", "b=2")
	// Values as they stand.
	f([]string{`a|"1, 2"`, "b|c=d", "e|"}, `a="1, 2"; b=c=d; e=`)
	// A name alone, a value alone.
	f([]string{"a|", "|1"}, "a; =1")
	f([]string{"a|1"}, "\t a = 1 ;")

	for name := range message.Cookies(lines("Cookie", "a=1; b=2", "c=3")) {
		if name == "b" {
			break
		}
	}
}

func TestFilterCookies(t *testing.T) {
	keep := func(name string) bool { return !strings.HasPrefix(name, "_") }
	f := func(want []string, values ...string) {
		t.Helper()
		h := message.Header{{"A", "1"}}
		h = append(h, lines("cookie", values...)...)
		h.Add("B", "2")
		message.FilterCookies(&h, keep)
		got := slices.Collect(h.Values("Cookie"))
		if !slices.Equal(got, want) || h[0].Name != "A" || h[len(h)-1].Name != "B" || len(h) != len(want)+2 {
			t.Errorf("%q: %q, want %q", values, got, want)
		}
	}
	f(nil)
	// Nothing lost: nothing changed.
	f([]string{"a=1;;b = 2; "}, "a=1;;b = 2; ")
	// Everything lost: no field.
	f(nil, "_a=1; _b=2")
	f(nil, "_a=1", "_b=2")
	f(nil, "")
	// What is kept stands together.
	f([]string{"a=1; b=2"}, "_a=1; a=1; b=2")
	f([]string{"a=1; b=2"}, "a=1; b=2; _a=1")
	f([]string{"a=1"}, " _a=1;a=1 ; _b=2;")
	// It does not.
	f([]string{"a=1; b=2"}, "a=1; _a=1; b=2")
	f([]string{"a=1; b=2; c"}, "a=1;_a=1;b=2;; _b; c ")
	// Lines are filtered each for itself.
	f([]string{"a=1", "b=2"}, "_a=1; a=1", "_b=2", "b=2")
}

func TestCookiesAllocateNothing(t *testing.T) {
	h := lines("Cookie", "_a=1; a=1; b=2")
	if n := testing.AllocsPerRun(100, func() {
		for range message.Cookies(h) {
			continue
		}
		g := append(message.Header(nil), h[:0]...)
		message.FilterCookies(&g, func(string) bool { return true })
	}); n != 0 {
		t.Errorf("Cookies: %v allocations", n)
	}
	work := make(message.Header, 1)
	if n := testing.AllocsPerRun(100, func() {
		copy(work, h)
		g := work
		message.FilterCookies(&g, func(name string) bool { return name[0] != '_' })
	}); n != 0 {
		t.Errorf("FilterCookies: %v allocations", n)
	}
}
