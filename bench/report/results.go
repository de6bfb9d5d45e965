package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"lacquer/bench/measure"
)

// Results is all that a run has found. Its JSON is bench/results.json.
type Results struct {
	Date     string   `json:"date"` // day on which it was taken, such as 2026-11-22
	Mode     string   `json:"mode"` // "full", or "quick": for a look while working, not for the page
	Machine  Machine  `json:"machine"`
	Versions []string `json:"versions"` // of servers and load generators, as they name themselves
	Rounds   int      `json:"rounds"`
	Seconds  int      `json:"seconds"` // of load on each server in each round
	Rows     []Row    `json:"rows"`
}

// Machine is on what it was taken.
type Machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	Memory    int    `json:"memory_gib"`
	Kernel    string `json:"kernel"`
}

// Row is one workload, and what it made of each server.
type Row struct {
	Name   string   `json:"name"`  // by which it is asked for: hit-1k
	Title  string   `json:"title"` // "hit, 1 KiB, one object"
	Series []Series `json:"series"`
}

// Series is a server under a workload, round by round.
type Series struct {
	Server  string   `json:"server"`
	Samples []Sample `json:"samples"` // in the order of the rounds
}

// Sample is a round. Of a herd only the last two numbers are known.
type Sample struct {
	Requests int64   `json:"requests,omitempty"`
	CPU      float64 `json:"cpu_us,omitempty"` // microseconds of the server's processor time per request
	Rate     float64 `json:"per_second,omitempty"`
	Busy     float64 `json:"busy,omitempty"` // share of its core, from 0 to 1
	P50      float64 `json:"p50_us,omitempty"`
	P99      float64 `json:"p99_us,omitempty"`

	Origin int64   `json:"origin_requests"`          // requests that reached the origin
	Last   float64 `json:"last_served_ms,omitempty"` // until the last client of a herd had all of it
}

// Floor is the name of the server that all others are compared with.
const Floor = "floor"

// Add adds the sample of a round to a row and a server, which are made when they first come up.
func (r *Results) Add(name, title, server string, s Sample) {
	i := slices.IndexFunc(r.Rows, func(row Row) bool { return row.Name == name })
	if i < 0 {
		r.Rows = append(r.Rows, Row{Name: name, Title: title})
		i = len(r.Rows) - 1
	}
	row := &r.Rows[i]
	j := slices.IndexFunc(row.Series, func(series Series) bool { return series.Server == server })
	if j < 0 {
		row.Series = append(row.Series, Series{Server: server})
		j = len(row.Series) - 1
	}
	row.Series[j].Samples = append(row.Series[j].Samples, s)
}

// Read reads what Write has written.
func Read(file string) (*Results, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("results of a run of the benchmark: %w", err)
	}
	r := new(Results)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// Write writes results to a file that others can read.
func (r *Results) Write(file string) error {
	if len(r.Rows) == 0 {
		return errors.New("BUG: results without a row")
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// column returns a number of each round.
func (s Series) column(of func(Sample) float64) []float64 {
	column := make([]float64, len(s.Samples))
	for i, sample := range s.Samples {
		column[i] = of(sample)
	}
	return column
}

// toFloor compares a number with that of the floor in the same rounds; false if the floor has no part in the row.
func (r Row) toFloor(s Series, of func(Sample) float64) (measure.Spread, bool) {
	i := slices.IndexFunc(r.Series, func(s Series) bool { return s.Server == Floor })
	if i < 0 {
		return measure.Spread{}, false
	}
	return measure.RatioOf(s.column(of), r.Series[i].column(of))
}

// servers returns the servers of all rows, each once, in the order in which they come up.
func (r *Results) servers() (all []string) {
	for _, row := range r.Rows {
		for _, s := range row.Series {
			if !slices.Contains(all, s.Server) {
				all = append(all, s.Server)
			}
		}
	}
	return all
}

// herd reports whether a row is one of herds: nothing was measured but the origin and the last client.
func (r Row) herd() bool {
	return len(r.Series) > 0 && len(r.Series[0].Samples) > 0 && r.Series[0].Samples[0].Requests == 0
}

func cpu(s Sample) float64  { return s.CPU }
func busy(s Sample) float64 { return 100 * s.Busy } // percent
func rate(s Sample) float64 { return s.Rate }
func p50(s Sample) float64  { return s.P50 }
func p99(s Sample) float64  { return s.P99 }
