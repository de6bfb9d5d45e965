package storage_test

import (
	"fmt"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

func searchOf(t *testing.T, value string) policy.Search {
	t.Helper()
	s := policy.SearchOf(message.Header{{Name: "No-Vary-Search", Value: value}})
	if value != "" && s == (policy.Search{}) {
		t.Fatalf("%s says nothing", value)
	}
	return s
}

// The last word of a path counts, until its answers contradict each other.
func TestLearnSearch(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	none, order, params := policy.Search{}, searchOf(t, "key-order"), searchOf(t, `params=("utm_source")`)
	now := time.Now()
	f := func(path string, said, want policy.Search, later time.Duration) {
		t.Helper()
		now = now.Add(later)
		s.LearnSearch(path, said, now)
		if got, _ := s.Search(path); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}

	f("h/a", none, none, 0)
	f("h/a", order, order, 0)
	f("h/a", order, order, time.Hour)
	f("h/b", none, none, 0)
	f("h/b", params, params, 0)
	// Contradicted, by another word and by none: ten minutes of nothing, whatever is said.
	f("h/a", params, none, 0)
	f("h/a", params, none, 9*time.Minute)
	f("h/a", params, params, 2*time.Minute)
	f("h/a", none, none, 0)
	f("h/a", order, none, time.Minute)
	f("h/a", none, none, time.Hour)
	f("h/a", order, order, 0)
	f("h/b", params, params, 0)
}

// So many paths are remembered, and none that are too long.
func TestLearnSearchIsBounded(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	order := searchOf(t, "key-order")
	for i := range 10_500 {
		s.LearnSearch(fmt.Sprint("h/", i), order, time.Now())
	}
	n := 0
	for i := range 10_500 {
		if said, _ := s.Search(fmt.Sprint("h/", i)); said == order {
			n++
		}
	}
	if n != 10_000 {
		t.Errorf("%d paths are remembered", n)
	}
	long := fmt.Sprintf("h/%2000d", 1)
	s.LearnSearch(long, order, time.Now())
	if said, _ := s.Search(long); said == order {
		t.Error("a long path is remembered")
	}
}
