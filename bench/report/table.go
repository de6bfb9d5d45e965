package report

import (
	"fmt"
	"strings"

	"lacquer/bench/measure"
)

// Markdown returns all tables, the one that sums up first.
func (r *Results) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Taken on %s (%s, %d rounds of %d s) on %s, %d cores, %d GiB, %s.\n\n", r.Date, r.Mode, r.Rounds, r.Seconds,
		r.Machine.Processor, r.Machine.Cores, r.Machine.Memory, r.Machine.Kernel)
	for _, version := range r.Versions {
		fmt.Fprintf(&b, "- %s\n", version)
	}
	b.WriteString("\n")
	r.summary(&b)
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "\n### %s\n\n", row.Title)
		row.table(&b)
	}
	return b.String()
}

// Summary returns the one table that sums up: what a request costs each server, as a multiple of the floor.
func (r *Results) Summary() string {
	var b strings.Builder
	r.summary(&b)
	return b.String()
}

func (r *Results) summary(b *strings.Builder) {
	servers := r.servers()
	fmt.Fprintf(b, "| processor time per request, × floor | %s |\n|---|%s\n", strings.Join(servers, " | "), strings.Repeat("---:|", len(servers)))
	for _, row := range r.Rows {
		if row.herd() {
			continue
		}
		cells := make(map[string]string)
		for _, s := range row.Series {
			cells[s.Server] = ratio(row.toFloor(s, cpu))
		}
		fmt.Fprintf(b, "| %s |", row.Title)
		for _, name := range servers {
			fmt.Fprintf(b, " %s |", cells[name])
		}
		b.WriteString("\n")
	}
}

func (r Row) table(b *strings.Builder) {
	if r.herd() {
		b.WriteString("| server | requests that reach the origin | last client served after |\n|---|---:|---:|\n")
		for _, s := range r.Series {
			asked := measure.SpreadOf(s.column(func(s Sample) float64 { return float64(s.Origin) }))
			last := measure.SpreadOf(s.column(func(s Sample) float64 { return s.Last }))
			fmt.Fprintf(b, "| %s | %s | %s ms |\n", s.Server, whole(asked), whole(last))
		}
		return
	}
	b.WriteString("| server | CPU per request | × floor | of its core | requests a second | × floor | p50 | × floor | p99 | × floor |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, s := range r.Series {
		median := func(of func(Sample) float64) float64 { return measure.SpreadOf(s.column(of)).Median }
		fmt.Fprintf(b, "| %s | %.2f µs | %s | %.0f %% | %.0f | %s | %.0f µs | %s | %.0f µs | %s |\n", s.Server,
			median(cpu), spread(r.toFloor(s, cpu)), median(busy), median(rate), spread(r.toFloor(s, rate)),
			median(p50), spread(r.toFloor(s, p50)), median(p99), spread(r.toFloor(s, p99)))
	}
}

// ratio writes the median alone.
func ratio(s measure.Spread, ok bool) string {
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f", s.Median)
}

// spread writes a ratio with what it lay between.
func spread(s measure.Spread, ok bool) string {
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", s.Median, s.Least, s.Most)
}

// whole writes a number that is not a ratio; that it was the same in all rounds needs no spread.
func whole(s measure.Spread) string {
	if s.Least == s.Most {
		return fmt.Sprintf("%.0f", s.Median)
	}
	return fmt.Sprintf("%.0f (%.0f–%.0f)", s.Median, s.Least, s.Most)
}
