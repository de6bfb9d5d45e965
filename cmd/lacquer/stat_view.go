package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"lacquer/admin"
)

// Colors are those of the terminal's own palette, so that it need not be asked which suit it.
var (
	titleStyle = lipgloss.NewStyle().Bold(true)
	faintStyle = lipgloss.NewStyle().Faint(true)
	goodStyle  = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	badStyle   = lipgloss.NewStyle().Foreground(lipgloss.Color("1"))
)

const (
	usualWidth = 80
	leastWidth = 40
	shownRows  = 5 // of reasons
)

// View draws what is known.
func (m statModel) View() string {
	width := max(cmp.Or(m.width, usualWidth), leastWidth)
	s := m.now
	parts := []string{
		titleStyle.Render("Lacquer") + faintStyle.Render("  up "+secondsText(s.Uptime)),
		ratioBar(s, width),
		m.results(),
		topReasons("why not from the store", s.Misses, s.Passes),
		topReasons("why not stored", s.NotStored),
		topReasons("failures", s.Failures),
		facts(s),
	}
	if m.err != nil {
		parts = append(parts, badStyle.Render(lipgloss.NewStyle().Width(width).Render(m.err.Error())))
	}
	parts = append(parts, faintStyle.Render("q quits"))
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return strings.Join(parts, "\n\n") + "\n"
}

// ratioBar shows how much the store answers.
func ratioBar(s *admin.Stats, width int) string {
	part, whole := fromStore(s), answered(s)
	text := " " + percentText(part, whole) + " from the store"
	room := min(width-lipgloss.Width(text), usualWidth/2)
	full := 0
	if whole > 0 {
		full = int(math.Round(float64(room) * float64(part) / float64(whole)))
	}
	return goodStyle.Render(strings.Repeat("█", full)) + faintStyle.Render(strings.Repeat("░", room-full)) + text
}

// results is the table of how requests went.
func (m statModel) results() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s%14s%14s", "", "in all", "per second")
	row := func(name string, count func(*admin.Stats) int64) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("\n%-12s%14s%14s", name, numberText(count(m.now)), m.rate(count)), " "))
	}
	row("requests", func(s *admin.Stats) int64 { return s.Requests })
	for _, result := range []string{"hit", "stale", "miss", "pass", "pipe", "synthetic", "purge", "error"} {
		if m.now.Results[result] > 0 {
			row(result, func(s *admin.Stats) int64 { return s.Results[result] })
		}
	}
	row("collapsed", func(s *admin.Stats) int64 { return s.Collapsed })
	return b.String()
}

// rate returns how fast a count grows; "" as long as it was seen once only.
func (m statModel) rate(count func(*admin.Stats) int64) string {
	if m.before == nil {
		return ""
	}
	seconds := m.now.Time.Sub(m.before.Time).Seconds()
	if seconds <= 0 {
		return ""
	}
	return threeDigits(float64(count(m.now)-count(m.before)) / seconds)
}

// topReasons lists what was counted most.
func topReasons(title string, counts ...map[string]int64) string {
	all := make(map[string]int64)
	for _, c := range counts {
		for reason, n := range c {
			all[reason] += n
		}
	}
	if len(all) == 0 {
		return ""
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b))
	})
	text := titleStyle.Render(title)
	for i, name := range names {
		if i == shownRows {
			text += "\n" + faintStyle.Render("  and "+count(len(names)-i, "other"))
			break
		}
		text += fmt.Sprintf("\n  %-24s%14s", name, numberText(all[name]))
	}
	return text
}

// facts say what origin, store and purges do.
func facts(s *admin.Stats) string {
	origin := several(s.Origin.Fetches, "fetch", "fetches")
	if s.Origin.Fetches > 0 {
		origin += ", " + secondsText(s.Origin.Seconds/float64(s.Origin.Fetches)) + " each"
	}
	return fmt.Sprintf("origin   %s; %s spared\nstore    %s, %s of %s; %s evicted\npurges   %s by URL, %s by tag, %s of everything",
		origin, secondsText(s.Origin.Saved),
		several(int64(s.Store.Objects), "object", "objects"), bytesText(s.Store.Bytes), bytesText(s.Store.Limit), numberText(s.Store.Evicted),
		numberText(s.Purges["url"]), numberText(s.Purges["tag"]), numberText(s.Purges["all"]))
}

// several writes a number and what it counts.
func several(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return numberText(n) + " " + many
}
