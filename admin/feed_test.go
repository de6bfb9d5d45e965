package admin_test

import (
	"testing"

	"lacquer/admin"
)

func TestFeed(t *testing.T) {
	feed := new(admin.Feed)
	feed.Observe(wholeEntry()) // nobody listens
	lines, leave := feed.Listen()
	feed.Observe(wholeEntry())
	got := <-lines
	if got.URL != "https://example.org/a?b" || got.Result != "miss" || got.Why != "not-stored" || got.Detail != "set-cookie" || got.Client != "192.0.2.1" {
		t.Errorf("got %+v", got)
	}
	leave()
	feed.Observe(wholeEntry())
	if len(lines) != 0 {
		t.Error("who left still gets transactions")
	}
}

// A listener that does not read holds nobody up, and is told what it missed.
func TestFeedDoesNotWait(t *testing.T) {
	feed := new(admin.Feed)
	slow, leave := feed.Listen()
	defer leave()
	for range admin.ListenerRoom + 7 {
		feed.Observe(wholeEntry())
	}
	for range admin.ListenerRoom {
		if missed := (<-slow).Missed; missed != 0 {
			t.Fatalf("missed %d of those that had room", missed)
		}
	}
	feed.Observe(wholeEntry())
	if missed := (<-slow).Missed; missed != 7 {
		t.Errorf("%d were missed, not 7", missed)
	}
	feed.Observe(wholeEntry())
	if missed := (<-slow).Missed; missed != 0 {
		t.Errorf("%d were missed twice", missed)
	}
}
