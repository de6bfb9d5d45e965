package message_test

import (
	"slices"
	"testing"

	"lacquer/message"
)

func TestHeader(t *testing.T) {
	type field = message.Field
	sample := func() message.Header { return message.Header{{"A", "1"}, {"b", "2"}, {"a", "3"}, {"C", ""}} }
	f := func(name string, change func(*message.Header), want ...field) {
		t.Helper()
		h := sample()
		change(&h)
		if !slices.Equal(h, want) {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
	f("Set", func(h *message.Header) { h.Set("a", "9") }, field{"A", "9"}, field{"b", "2"}, field{"C", ""})
	f("Set last", func(h *message.Header) { h.Set("c", "9") }, field{"A", "1"}, field{"b", "2"}, field{"a", "3"}, field{"C", "9"})
	f("Set anew", func(h *message.Header) { h.Set("D", "9") }, append(sample(), field{"D", "9"})...)
	f("Add", func(h *message.Header) { h.Add("A", "9") }, append(sample(), field{"A", "9"})...)
	f("Del", func(h *message.Header) { h.Del("A") }, field{"b", "2"}, field{"C", ""})
	f("Del absent", func(h *message.Header) { h.Del("D") }, sample()...)

	h := sample()
	if h.Get("B") != "2" || h.Get("a") != "1" || h.Get("D") != "" || !h.Has("c") || h.Has("D") {
		t.Error("Get or Has")
	}
	if h.Joined("a") != "1, 3" || h.Joined("b") != "2" || h.Joined("D") != "" {
		t.Error("Joined")
	}
	if c := h.Clone(); !slices.Equal(c, h) || message.Header(nil).Clone() != nil {
		t.Error("Clone")
	}
	printed := 0
	for _, field := range h {
		printed += len(message.AppendField(nil, field.Name, field.Value))
	}
	if h.Size() != printed {
		t.Errorf("Size %d, printed %d", h.Size(), printed)
	}
}

func TestEqualFold(t *testing.T) {
	f := func(a, b string, want bool) {
		t.Helper()
		if message.EqualFold(a, b) != want || message.EqualFold(b, a) != want {
			t.Errorf("%q and %q", a, b)
		}
	}
	f("", "", true)
	f("aZ-9", "Az-9", true)
	f("a", "ab", false)
	// Only letters have a case: @ and ` and the Kelvin sign have none.
	f("@", "`", false)
	f("[", "{", false)
	f("k", "\u212a", false)
}
