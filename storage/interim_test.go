package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// Everybody who waits is told each interim response once, who comes late those from before, too; and that there will be no more.
func TestInterims(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	early, late := miss(t, s, "a"), (*storage.Seat)(nil)
	f := early.Flight()
	told := func(s *storage.Seat, want string, more bool) <-chan struct{} {
		t.Helper()
		var got []string
		news, wait := s.Interims()
		for _, n := range news {
			got = append(got, fmt.Sprint(n.Status, n.Header.Get("Link")))
		}
		if strings.Join(got, " ") != want || (wait != nil) != more {
			t.Errorf("told %q, more %v; want %q, %v", got, wait != nil, want, more)
		}
		return wait
	}

	wait := told(early, "", true)
	f.Interim(103, message.Header{{Name: "Link", Value: "first"}})
	<-wait
	told(early, "103first", true)
	told(early, "", true)
	f.Interim(102, nil)
	late = miss(t, s, "a")
	told(late, "103first 102", true)
	wait = told(early, "102", true)
	s.Fail(f, policy.OriginConnect, errCut)
	<-wait
	told(early, "", false)
	told(late, "", false)
	f.Interim(103, nil) // behind the head: nobody is told
	told(early, "", false)
}

// An origin may send any number; so many are remembered.
func TestInterimsAreBounded(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	seat := miss(t, s, "a")
	for range 100 {
		seat.Flight().Interim(103, nil)
	}
	if news, _ := seat.Interims(); len(news) != 8 {
		t.Errorf("told %d", len(news))
	}
	s.Fail(seat.Flight(), policy.OriginConnect, errCut)
}
