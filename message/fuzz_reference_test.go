package message_test

import (
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lacquer/message"
)

// narrow are limits that a few bytes reach.
var narrow = message.Limits{Line: 60, Bytes: 150, Fields: 4}

// The parser and the reference serve the same requests and read the same from them; what is refused is refused for a reason that the
// reference knows.
func FuzzRequestAgainstReference(f *testing.F) {
	addRequests(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
		if s := string(raw); strings.HasPrefix(s, preface) || strings.HasPrefix(preface, s) {
			return
		}
		for _, lim := range []message.Limits{message.DefaultLimits, narrow} {
			var r message.Request
			v := r.Parse(raw, lim)
			h, want, verdict := referenceRequest(raw, lim)
			if !compareVerdicts(t, raw, v, h, verdict) {
				continue
			}
			if len(r.Header) == 0 && len(want.Header) == 0 {
				r.Header, want.Header = nil, nil
			}
			if !reflect.DeepEqual(r, want) {
				t.Fatalf("%q is\n%+v, by the grammar\n%+v", raw, r, want)
			}
		}
	})
}

// compareVerdicts reports whether the head is served, by both.
func compareVerdicts(t *testing.T, raw []byte, v message.Verdict, h plainHead, want message.Verdict) bool {
	t.Helper()
	served := h.whole && len(h.faults) == 0
	if served != (v.Outcome == message.Serve) {
		t.Fatalf("%q is %+v, by the grammar %+v", raw, v, h)
	}
	if served && v != want {
		t.Fatalf("%q is %+v, by the grammar %+v", raw, v, want)
	}
	if h.whole && !served && v.Outcome != message.Refuse {
		t.Fatalf("%q is %+v, although it is whole", raw, v)
	}
	// A line is too long for the rest of a version before it is too long by itself.
	if h.whole && !served && !slices.Contains(h.faults, v.Status) && v.Status != 414 {
		t.Fatalf("%q is %+v, by the grammar refused with one of %v", raw, v, h.faults)
	}
	return served
}

// Responses as requests.
func FuzzResponseAgainstReference(f *testing.F) {
	addResponses(f)
	f.Fuzz(func(t *testing.T, raw []byte, method string) {
		for _, lim := range []message.Limits{message.DefaultLimits, narrow} {
			var r message.Response
			v := r.Parse(raw, method, lim)
			h, want, verdict := referenceResponse(raw, method, lim)
			for i := range h.faults {
				h.faults[i] = 502
			}
			if !compareVerdicts(t, raw, v, h, verdict) {
				continue
			}
			if len(r.Header) == 0 && len(want.Header) == 0 {
				r.Header, want.Header = nil, nil
			}
			if !reflect.DeepEqual(r, want) {
				t.Fatalf("%q is\n%+v, by the grammar\n%+v", raw, r, want)
			}
		}
	})
}

// A body in chunks is what the grammar says, however it arrives.
func FuzzChunkedAgainstReference(f *testing.F) {
	addChunks(f)
	f.Fuzz(func(t *testing.T, raw []byte, step int) {
		if len(raw) > 8<<10 {
			return // near the limits on bytes
		}
		got := decode(string(raw), 1+max(step, 0)%100)
		want := referenceChunked(string(raw))
		if want.err == errPlain {
			if got.err == nil || got.err == io.EOF {
				t.Fatalf("%q is %+v, by the grammar malformed", raw, got)
			}
			return
		}
		if beyond := got.err != nil && strings.Contains(got.err.Error(), "too "); beyond {
			return
		}
		if want.err == io.ErrUnexpectedEOF && got.err != want.err && got.err != io.EOF {
			return // refused before the line has ended
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is\n%+v, by the grammar\n%+v", raw, got, want)
		}
	})
}

var (
	chunkHead = production("chunk-head")
	errPlain  = errors.New("malformed")
)

// referenceChunked reads a body as RFC 9112 section 7.1 writes it down.
func referenceChunked(raw string) decoded {
	var d decoded
	d.err = io.ErrUnexpectedEOF
	for {
		line, rest, ok := strings.Cut(raw, "\r\n")
		if !ok {
			return d
		}
		m := chunkHead.FindStringSubmatch(runes([]byte(line)))
		if m == nil {
			d.err = errPlain
			return d
		}
		size, err := strconv.ParseInt(m[1], 16, 64)
		if err != nil {
			d.err = errPlain
			return d
		}
		if raw = rest; size == 0 {
			break
		}
		n := min(size, int64(len(raw)))
		d.body += raw[:n]
		if raw = raw[n:]; len(raw) < 2 {
			return d
		}
		if !strings.HasPrefix(raw, "\r\n") {
			d.err = errPlain
			return d
		}
		raw = raw[2:]
	}
	trailer := message.Header(nil)
	for {
		line, rest, ok := strings.Cut(raw, "\r\n")
		if !ok {
			return d
		}
		if raw = rest; line == "" {
			break
		}
		m := fieldLine.FindStringSubmatch(runes([]byte(line)))
		if m == nil {
			d.err = errPlain
			return d
		}
		trailer.Add(octets(m[1]), strings.Trim(octets(m[2]), " \t"))
	}
	message.DropUnfitTrailers(&trailer)
	d.trailer, d.err, d.rest = trailer, io.EOF, raw
	return d
}
