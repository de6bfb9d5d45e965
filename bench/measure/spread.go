package measure

import "slices"

// Spread is what several rounds say together: the median, and between what they lay.
type Spread struct {
	Median, Least, Most float64
}

// SpreadOf returns the spread of at least one value, in any order. Of an even number of values the median is the middle of the two
// in the middle.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		panic("BUG: the spread of nothing")
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return Spread{Median: (v[(n-1)/2] + v[n/2]) / 2, Least: v[0], Most: v[n-1]}
}

// RatioOf returns the spread of values to those of another, round by round: what the machine did to both in a round cancels out. Rounds
// that only one of the two has are left out; false says that no round is left.
func RatioOf(values, others []float64) (Spread, bool) {
	n := min(len(values), len(others))
	ratios := make([]float64, 0, n)
	for i := range n {
		if others[i] != 0 {
			ratios = append(ratios, values[i]/others[i])
		}
	}
	if len(ratios) == 0 {
		return Spread{}, false
	}
	return SpreadOf(ratios), true
}
