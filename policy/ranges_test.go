package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// ranges prints what a request gets: "whole", "none", or its ranges.
func ranges(got []message.ByteRange, outcome policy.RangeOutcome) string {
	switch outcome {
	case policy.WholeBody:
		return "whole"
	case policy.Unsatisfiable:
		return "none"
	}
	var printed []string
	for _, r := range got {
		printed = append(printed, fmt.Sprintf("%d-%d", r.First, r.Last))
	}
	return strings.Join(printed, " ")
}

func TestRangesOf(t *testing.T) {
	response := answer(200, "ETag: \"a\" | Last-Modified: "+date(-time.Hour)+" | Date: "+date(0))
	f := func(request string, size int64, want string) {
		t.Helper()
		if got := ranges(policy.RangesOf(get(request), response, size)); got != want {
			t.Errorf("%s of %d bytes: %s, want %s", request, size, got, want)
		}
	}
	t.Run("RFC 9110 section 14.1.2", func(t *testing.T) {
		f("Range: bytes=0-9", 100, "0-9")
		f("Range: bytes=90-", 100, "90-99")
		f("Range: bytes=-10", 100, "90-99")
		f("Range: bytes=90-1000", 100, "90-99")
		f("Range: bytes=-1000", 100, "0-99")
		f("Range: bytes=0-0", 1, "0-0")
	})
	t.Run("RFC 9110 section 14.2", func(t *testing.T) {
		f("", 100, "whole")
		f("Range: bytes=100-", 100, "none")
		f("Range: bytes=-0", 100, "none")
		f("Range: bytes=100-,200-300", 100, "none")
		// Another unit, nonsense, two lines: the whole body.
		f("Range: lines=0-9", 100, "whole")
		f("Range: bytes=9-0", 100, "whole")
		f("Range: bytes=a-b", 100, "whole")
		f("Range: bytes=0-9 | Range: bytes=20-29", 100, "whole")
		// Nobody knows yet what the end is.
		f("Range: bytes=0-9", message.Unknown, "whole")
		f("Range: bytes=-10", message.Unknown, "whole")
	})
	t.Run("RFC 9110 section 15.3.7.2", func(t *testing.T) {
		// In the order in which the client asked.
		f("Range: bytes=0-9,500-509", 1000, "0-9 500-509")
		f("Range: bytes=500-509,0-9", 1000, "500-509 0-9")
		f("Range: bytes=500-509,0-9,-10", 1000, "500-509 0-9 990-999")
		// Those behind the end are left out; one that remains is no multipart.
		f("Range: bytes=0-9,2000-", 1000, "0-9")
		// Overlapping ones become one, where the first of them stood.
		f("Range: bytes=500-509,0-9,505-519", 1000, "500-519 0-9")
		f("Range: bytes=505-519,0-9,500-509", 1000, "500-519 0-9")
		f("Range: bytes=5-9,0-9", 1000, "0-9")
		f("Range: bytes=0-9,5-6", 1000, "0-9")
		// Neighbours, but not those with a gap, however small.
		f("Range: bytes=0-9,10-19", 1000, "0-19")
		f("Range: bytes=0-9,11-19", 1000, "0-9 11-19")
		f("Range: bytes=11-19,0-9", 1000, "11-19 0-9")
		// A chain: what is joined may touch the next.
		f("Range: bytes=200-309,0-99,100-199", 1000, "0-309")
	})
	tiny := func(n, step int) string {
		b := strings.Builder{}
		for i := range n {
			fmt.Fprintf(&b, ",%d-%d", (i*step+100_000)%100_000, (i*step+100_000)%100_000)
		}
		return "Range: bytes=" + b.String()[1:]
	}
	t.Run("RFC 9110 section 14.2, suspicious ranges", func(t *testing.T) {
		// Two may overlap, three may not, and nor may two pairs.
		f("Range: bytes=0-9,5-14", 1000, "0-14")
		f("Range: bytes=0-9,5-14,8-20", 1000, "whole")
		f("Range: bytes=0-20,1-2,10-11", 1000, "whole")
		f("Range: bytes=0-9,5-14,500-509,505-514", 1000, "whole")
		f("Range: bytes=0-9,5-14,500-509,600-609", 1000, "0-14 500-509 600-609")
		// More than there is.
		f("Range: bytes=0-59,500-999,0-", 1000, "whole")
		f("Range: bytes=0-,-1", 1000, "whole")
		f("Range: bytes=0-499,600-999", 1000, "0-499 600-999")
		// Many small ones in ascending order are what readers of documents send, others are not.
		if got := ranges(policy.RangesOf(get(tiny(64, 100)), response, 100_000)); strings.Count(got, "-") != 64 {
			t.Errorf("ascending: %s", got)
		}
		f(tiny(17, -100), 100_000, "whole")
		if got := ranges(policy.RangesOf(get(tiny(16, -100)), response, 100_000)); strings.Count(got, "-") != 16 {
			t.Errorf("few: %s", got)
		}
		f(tiny(65, 100), 100_000, "whole")
	})
	t.Run("RFC 9110 section 13.1.5", func(t *testing.T) {
		f("Range: bytes=0-9 | If-Range: \"a\"", 100, "0-9")
		f("Range: bytes=0-9 | If-Range: \"b\"", 100, "whole")
		f("Range: bytes=100- | If-Range: \"b\"", 100, "whole")
		// Weak tags never match.
		f("Range: bytes=0-9 | If-Range: W/\"a\"", 100, "whole")
		// A date must be the very one.
		f("Range: bytes=0-9 | If-Range: "+date(-time.Hour), 100, "0-9")
		f("Range: bytes=0-9 | If-Range: "+date(0), 100, "whole")
		f("Range: bytes=0-9 | If-Range: "+date(-2*time.Hour), 100, "whole")
		f("Range: bytes=0-9 | If-Range: ", 100, "whole")
		f("Range: bytes=0-9 | If-Range: nonsense", 100, "whole")
		// One condition, not a list.
		f("Range: bytes=0-9 | If-Range: \"a\" | If-Range: \"a\"", 100, "whole")
	})
	response = answer(200, "ETag: W/\"a\" | Last-Modified: "+date(0)+" | Date: "+date(0))
	t.Run("RFC 9110 section 8.8.2.2", func(t *testing.T) {
		f("Range: bytes=0-9 | If-Range: W/\"a\"", 100, "whole")
		// In the second of its making a representation may change again.
		f("Range: bytes=0-9 | If-Range: "+date(0), 100, "whole")
	})
	response = answer(404, "")
	t.Run("other statuses and methods", func(t *testing.T) {
		f("Range: bytes=0-9", 100, "whole")
		for _, method := range []string{"HEAD", "QUERY", "POST"} {
			request := get("Range: bytes=0-9")
			request.Method = method
			if got := ranges(policy.RangesOf(request, answer(200, ""), 100)); got != "whole" {
				t.Errorf("%s: %v", method, got)
			}
		}
	})
}

func TestRangesOfAllocatesNothingWithoutRange(t *testing.T) {
	request, response := get("Accept: */*"), answer(200, "ETag: \"a\"")
	if n := testing.AllocsPerRun(100, func() { policy.RangesOf(request, response, 100) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzRangesOf: whatever is asked, what is sent lies within the body, apart, and holds all bytes that were asked for and hardly others.
func FuzzRangesOf(f *testing.F) {
	f.Add("bytes=0-9", int64(100))
	f.Add("bytes=-9223372036854775808", int64(1))
	f.Add("bytes=9223372036854775807-", int64(9223372036854775807))
	f.Add("bytes=0-", int64(0))
	f.Add("bytes=500-509,0-9,505-519,-4", int64(1000))
	f.Fuzz(func(t *testing.T, value string, size int64) {
		if size < 0 {
			t.Skip()
		}
		request := get("")
		request.Header.Add("Range", value)
		got, outcome := policy.RangesOf(request, answer(200, ""), size)
		if (outcome == policy.PartOfBody) != (len(got) > 0) {
			t.Fatalf("%q of %d bytes: %v, outcome %v", value, size, got, outcome)
		}
		if outcome != policy.PartOfBody {
			return
		}
		asked, _ := message.ParseRange(value, size)
		for _, a := range asked {
			if !slices.ContainsFunc(got, func(g message.ByteRange) bool { return g.First <= a.First && a.Last <= g.Last }) {
				t.Fatalf("%q of %d bytes: %v lacks %v", value, size, got, a)
			}
		}
		slices.SortFunc(got, func(a, b message.ByteRange) int { return int(min(max(a.First-b.First, -1), 1)) })
		sum := int64(0)
		for i, r := range got {
			if r.First < 0 || r.Last < r.First || r.Last >= size || i > 0 && r.First-got[i-1].Last <= 1 {
				t.Fatalf("%q of %d bytes: %v", value, size, got)
			}
			sum += r.Length()
		}
		for _, a := range asked {
			sum -= a.Length()
		}
		if sum > 0 {
			t.Fatalf("%q of %d bytes: %v, %d more than asked for", value, size, got, sum)
		}
	})
}
