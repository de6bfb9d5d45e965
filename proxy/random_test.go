package proxy_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
)

// Whatever clients ask for at once, and however the origin changes, cuts and lies in wait, each gets bytes of one version, where they belong, and none older than
// the last purge that was acknowledged before it asked.
func TestRandomRanges(t *testing.T) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newRangeWalk(t, seed).run() })
		})
	}
}

const seeds = 40

// rangeWalk is one site with one page, and its visitors.
type rangeWalk struct {
	t       *testing.T
	h       *house
	mu      sync.Mutex // protects what follows
	random  *rand.Rand
	faulty  bool // the origin fails and cuts
	version int  // that the origin has
	oldest  int  // that may be served to who asks now
}

func newRangeWalk(t *testing.T, seed uint64) *rangeWalk {
	w := &rangeWalk{t: t, random: rand.New(rand.NewPCG(seed, 11)), faulty: seed%4 > 1, version: 1}
	w.h = open(t, policy.Settings{MaxObject: []int64{150, 1 << 20}[seed%2]}, w.answer)
	return w
}

func (w *rangeWalk) chance(one int) bool { return w.below(one) == 0 }

func (w *rangeWalk) below(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

// text is the page in one of its versions. All bytes tell the version and where they stand.
func text(version int) []byte {
	var b []byte
	for i := 0; len(b) < 200+version%3*20; i++ {
		b = fmt.Appendf(b, "%d:%d,", version, i)
	}
	return b
}

func tag(version int) string { return fmt.Sprintf(`"%d"`, version) }

// answer is the origin's.
func (w *rangeWalk) answer(ctx context.Context, _ int, r *message.Request) (*origin.Response, error) {
	if err := nap(ctx, w.below(4)); err != nil {
		return nil, &origin.Error{Kind: origin.Canceled, Err: err}
	}
	w.mu.Lock()
	version := w.version
	w.mu.Unlock()
	defer func() { _ = nap(ctx, w.below(3)) }()
	fields := fmt.Sprintf("ETag: %s\nCache-Control: max-age=%d, stale-while-revalidate=%d", tag(version), 1+w.below(10), w.below(2)*10)
	if w.chance(20) {
		fields += ", no-store"
	}
	body := text(version)
	switch {
	case w.faulty && w.chance(25):
		return nil, &origin.Error{Kind: origin.Connect, Err: io.ErrUnexpectedEOF}
	case r.Header.Get("If-None-Match") == tag(version):
		return page(304, fields, strings.NewReader("")), nil
	}
	head := &message.Response{Status: 200, Length: message.Unknown}
	first, last := int64(0), int64(len(body)-1)
	if r.Header.Has("Range") && (!r.Header.Has("If-Range") || r.Header.Get("If-Range") == tag(version)) && !w.chance(10) {
		ranges, outcome := policy.RangesOf(&message.Request{Method: "GET", Header: message.Header{{Name: "Range", Value: r.Header.Get("Range")}}},
			&message.Response{Status: 200}, int64(len(body)))
		switch {
		case outcome == policy.Unsatisfiable:
			return page(416, fmt.Sprintf("Content-Range: bytes */%d", len(body)), strings.NewReader("")), nil
		case outcome == policy.PartOfBody && len(ranges) == 1:
			first, last = ranges[0].First, ranges[0].Last
			if w.chance(6) {
				last = first + (last-first)/2 // less than was asked for
			}
			head.Status = 206
			fields += fmt.Sprintf("\nContent-Range: bytes %d-%d/%d", first, last, len(body))
		}
	}
	answer := page(head.Status, fields, &slowBody{ctx: ctx, w: w, left: body[first : last+1], cut: w.faulty && w.chance(12)})
	if w.chance(2) {
		answer.Head.Length = last - first + 1
	}
	return answer, nil
}

// slowBody comes in pieces, and may be cut.
type slowBody struct {
	ctx  context.Context
	w    *rangeWalk
	left []byte
	cut  bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.w.chance(3) {
		if err := nap(b.ctx, b.w.below(3)); err != nil {
			return 0, err
		}
	}
	switch {
	case b.cut && b.w.chance(3):
		return 0, io.ErrUnexpectedEOF
	case len(b.left) == 0:
		return 0, io.EOF
	}
	n := copy(p, b.left[:1+b.w.below(min(len(b.left), 60))])
	b.left = b.left[n:]
	return n, nil
}

func nap(ctx context.Context, tenths int) error {
	select {
	case <-time.After(time.Duration(tenths) * 100 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *rangeWalk) run() {
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 60 {
				w.visit()
				time.Sleep(time.Duration(w.below(8)) * 100 * time.Millisecond)
			}
		})
	}
	all.Go(func() {
		for range 20 {
			time.Sleep(time.Duration(w.below(40)) * 100 * time.Millisecond)
			w.mu.Lock()
			w.version++
			version := w.version
			w.mu.Unlock()
			if w.chance(2) {
				w.h.ask("PURGE", "/")
				w.mu.Lock()
				w.oldest = version
				w.mu.Unlock()
			}
		}
	})
	all.Wait()
}

// visit asks once, and looks at what comes.
func (w *rangeWalk) visit() {
	w.mu.Lock()
	oldest, known := w.oldest, w.version-w.random.IntN(2)
	w.mu.Unlock()
	var fields []string
	ranged, conditional := false, false
	switch a, b := w.below(230), 1+w.below(120); w.below(7) {
	case 0, 1:
	case 2, 3:
		fields, ranged = append(fields, fmt.Sprintf("Range: bytes=%d-%d", a, a+b)), true
	case 4:
		fields, ranged = append(fields, fmt.Sprintf("Range: bytes=%d-", a)), true
	case 5:
		fields, ranged = append(fields, fmt.Sprintf("Range: bytes=-%d", b)), true
	case 6:
		fields, ranged = append(fields, fmt.Sprintf("Range: bytes=%d-%d,%d-%d", a/4, a/4+5, 150+b/4, 170+b/4)), true
	}
	if ranged && w.chance(5) {
		fields = append(fields, "If-Range: "+tag(known))
	}
	if w.chance(8) {
		fields, conditional = append(fields, "If-None-Match: "+tag(known)), true
	}
	method := "GET"
	if w.chance(10) {
		method = "HEAD"
	}
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	if w.chance(10) {
		time.AfterFunc(time.Duration(w.below(5))*100*time.Millisecond, leave)
	}
	got := w.h.as(ctx, client("127.0.0.1", false), method, "/", fields...)
	complain := func(what string) {
		w.t.Errorf("%s %q (oldest %d): %s: %d %v\n%q finished %v cut %v", method, fields, oldest, what, got.head.Status, got.head.Header, got.body.String(), got.finished, got.cut)
	}
	version, _ := strconv.Atoi(strings.Trim(got.head.Header.Get("ETag"), `"`))
	whole := text(version)
	switch {
	case got.head.Status != 0 && got.finished == got.cut:
		complain("neither whole nor cut")
	case !w.faulty && ctx.Err() == nil && (got.cut || got.head.Status > 416):
		complain("cut, and not by the origin")
	case got.head.Status == 304 && !conditional:
		complain("nobody asked")
	case got.head.Status != 200 && got.head.Status != 206, method == "HEAD":
	case version < oldest:
		complain("older than the purge")
	case got.head.Status == 200:
		w.compare(got, whole, []byte(got.body.String()), complain)
	case !ranged:
		complain("nobody asked")
	case strings.HasPrefix(got.head.Header.Get("Content-Type"), "multipart/byteranges"):
		w.compareParts(got, whole, complain)
	default:
		part, ok := message.ParseContentRange(got.head.Header.Get("Content-Range"))
		if !ok || part.Size != int64(len(whole)) || part.Last >= part.Size {
			complain("no such range")
			return
		}
		w.compare(got, whole[part.First:part.Last+1], []byte(got.body.String()), complain)
	}
}

func (w *rangeWalk) compare(got *screen, want, body []byte, complain func(string)) {
	switch {
	case got.finished && !bytes.Equal(body, want):
		complain("other bytes")
	case !bytes.HasPrefix(want, body):
		complain("other bytes before the cut")
	}
}

func (w *rangeWalk) compareParts(got *screen, whole []byte, complain func(string)) {
	_, params, _ := mime.ParseMediaType(got.head.Header.Get("Content-Type"))
	r := multipart.NewReader(strings.NewReader(got.body.String()), params["boundary"])
	for got.finished {
		p, err := r.NextPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			complain(err.Error())
			return
		}
		part, ok := message.ParseContentRange(p.Header.Get("Content-Range"))
		body, err := io.ReadAll(p)
		if !ok || err != nil || part.Last >= int64(len(whole)) || !bytes.Equal(body, whole[part.First:part.Last+1]) {
			complain("other bytes in a part")
			return
		}
	}
}
