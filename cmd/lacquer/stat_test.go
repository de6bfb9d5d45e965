package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"lacquer/admin"
)

var update = flag.Bool("update", false, "write the frames of the live view anew")

// counters returns counters after some seconds of a busy site.
func counters(seconds int64) *admin.Stats {
	return &admin.Stats{
		Time:     time.Unix(1_700_000_000+seconds, 0),
		Uptime:   7200 + float64(seconds),
		Requests: 1000 + 120*seconds,
		Results:  map[string]int64{"hit": 900 + 110*seconds, "stale": 20, "miss": 60 + 10*seconds, "pass": 15, "error": 3, "purge": 2, "pipe": 0},
		Misses:   map[string]int64{"not-stored": 50 + 10*seconds, "expired": 6, "hit-for-miss": 2, "other-variant": 1, "identity-alone": 1},
		Passes:   map[string]int64{"method": 15},
		NotStored: map[string]int64{
			"set-cookie": 40,
		},
		Failures:  map[string]int64{"origin-connect": 3},
		Collapsed: 7,
		Origin:    admin.OriginStats{Fetches: 75, Seconds: 15, Saved: 200},
		Store:     admin.StoreStats{Objects: 1234, Bytes: 80 << 20, Limit: 614 << 20, Evicted: 5},
		Purges:    map[string]int64{"url": 2, "tag": 0, "all": 0},
	}
}

// TestStatFrames holds the live view to frames that were looked at.
func TestStatFrames(t *testing.T) {
	lipgloss.SetColorProfile(termenv.Ascii)
	f := func(name string, m tea.Model, messages ...tea.Msg) {
		t.Helper()
		for _, msg := range messages {
			m, _ = m.Update(msg)
		}
		got := m.View()
		path := filepath.Join("testdata", "stat", name+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		for line := range strings.Lines(got) {
			if width := lipgloss.Width(strings.TrimSuffix(line, "\n")); width > 80 {
				t.Errorf("%s: a line is %d wide: %s", name, width, line)
			}
		}
	}
	first := statModel{now: counters(0)}
	f("first", first)
	f("rates", first, asked{stats: counters(2)})
	f("narrow", first, tea.WindowSizeMsg{Width: 40, Height: 20}, asked{stats: counters(1)})
	f("nothing", statModel{now: &admin.Stats{Results: map[string]int64{}, Purges: map[string]int64{}}})
	// The Lacquer is gone: what was known stays, and it is said; then it comes back, anew, and rates begin again.
	f("gone", first, asked{stats: counters(2)}, asked{err: errors.New("no Lacquer is running at 127.0.0.1:6082; start one by lacquer serve, or name another by --state or --admin")})
	again := counters(4)
	again.Uptime = 1
	f("back", first, asked{stats: counters(2)}, asked{err: errors.New("gone")}, asked{stats: again})
}

func TestStatQuits(t *testing.T) {
	f := func(key tea.KeyMsg, want bool) {
		t.Helper()
		_, command := statModel{now: counters(0)}.Update(key)
		if got := command != nil; got != want {
			t.Errorf("%s: quits is %v", key, got)
		}
	}
	f(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'q'}}, true)
	f(tea.KeyMsg{Type: tea.KeyCtrlC}, true)
	f(tea.KeyMsg{Type: tea.KeyEsc}, true)
	f(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'x'}}, false)
}
