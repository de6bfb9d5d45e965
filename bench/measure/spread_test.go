package measure_test

import (
	"testing"

	"lacquer/bench/measure"
)

func TestSpreadOf(t *testing.T) {
	f := func(values []float64, want measure.Spread) {
		t.Helper()
		if got := measure.SpreadOf(values); got != want {
			t.Errorf("%v: got %+v, want %+v", values, got, want)
		}
	}

	f([]float64{7}, measure.Spread{7, 7, 7})
	// One round that was disturbed moves the spread and not the median.
	f([]float64{3, 900, 1, 2, 4}, measure.Spread{3, 1, 900})
	// The middle of an even number.
	f([]float64{4, 1, 3, 2}, measure.Spread{2.5, 1, 4})
}

func TestSpreadLeavesItsValuesAsTheyAre(t *testing.T) {
	values := []float64{3, 1, 2}
	measure.SpreadOf(values)
	if values[0] != 3 || values[1] != 1 {
		t.Errorf("sorted to %v", values)
	}
}

func TestRatioOf(t *testing.T) {
	f := func(values, others []float64, want measure.Spread, wantOK bool) {
		t.Helper()
		if got, ok := measure.RatioOf(values, others); got != want || ok != wantOK {
			t.Errorf("%v to %v: got %+v, %v; want %+v, %v", values, others, got, ok, want, wantOK)
		}
	}

	// A round in which the machine was twice as slow is slow for both.
	f([]float64{3, 6, 3}, []float64{2, 4, 2}, measure.Spread{1.5, 1.5, 1.5}, true)
	// The median of the ratios, which is not the ratio of the medians (9/3).
	f([]float64{9, 2, 10}, []float64{3, 4, 1}, measure.Spread{3, 0.5, 10}, true)
	// Rounds that one of them lacks; a round that has no ratio.
	f([]float64{3, 6}, []float64{2}, measure.Spread{1.5, 1.5, 1.5}, true)
	f([]float64{3, 6}, []float64{0, 4}, measure.Spread{1.5, 1.5, 1.5}, true)
	// Nothing to compare with.
	f([]float64{3}, nil, measure.Spread{}, false)
	f([]float64{3}, []float64{0}, measure.Spread{}, false)
}
