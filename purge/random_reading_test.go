package purge_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing/synctest"
	"time"

	"lacquer/storage"
)

// walkReader is somebody who reads a body.
type walkReader struct {
	body   *modelBody
	real   *storage.Reader
	close  func()
	mark   byte // what the body is made of
	offset int64
	end    error
}

// follow now and then reads what was found.
func (w *walk) follow(o *modelObject) {
	if w.one(2) || w.tight && len(w.readers) > 0 {
		return
	}
	r := new(storage.Reader)
	can := !w.abandoned(o.body) && (o.body.whole || o.body.arriving() && (o.body.kept || o.body.size == 0))
	if got := o.real.Body.Attach(r); got != can {
		w.fatalf("a reader was attached to %s: %v, want %v", w.name(o.real), got, can)
	}
	if can {
		w.add(o, r, r.Close)
	}
}

func (w *walk) add(o *modelObject, r *storage.Reader, leave func()) {
	o.body.readers++
	w.readers = append(w.readers, &walkReader{body: o.body, real: r, close: leave, mark: markOf(o)})
}

// markOf returns the byte that a body is made of.
func markOf(o *modelObject) byte { return o.real.Head.Header[0].Value[0] }

// rest lets time pass, in which the store sweeps, and gives up what nobody reads.
func (w *walk) rest() {
	d := pick(w, time.Millisecond, 400*time.Millisecond, time.Second, 4*time.Second, 15*time.Second, 130*time.Second)
	if w.tight && (d < time.Second || !w.one(4)) {
		d = time.Second // whole ones: so nothing is evicted between two looks
	}
	w.tell("rest for %v", d)
	w.pass(d)
}

func (w *walk) pass(d time.Duration) {
	for d > 0 {
		before := time.Since(w.began)
		step := min(d, time.Second)
		time.Sleep(step)
		synctest.Wait()
		for at := before.Truncate(sweepInterval) + sweepInterval; at <= before+step; at += sweepInterval {
			w.model.sweepAll(w.began.Add(at))
		}
		w.notice()
		w.tidy()
		d -= step
	}
}

// tidy sweeps where objects linger for a second: whether their going has tidied marks away that were over in that moment, the model cannot know.
func (w *walk) tidy() {
	if !w.tight {
		return
	}
	for primary := range w.model.urls {
		w.store.Sweep(primary)
		w.model.sweep(primary, time.Now())
	}
	synctest.Wait()
}

// notice takes down what the keeper has evicted.
func (w *walk) notice() {
	if !w.tight {
		return // there is room for all, so nothing may be missing
	}
	for _, u := range w.model.urls {
		for _, p := range slices.Clone(u.places) {
			if o := p.object; o != nil && o.body.whole && !w.store.Holds(o.real) {
				w.tell("%s was evicted", w.name(o.real))
				w.evicted++
				w.model.evict(p, time.Now())
			}
		}
	}
}

// windDown ends all that is under way, and sees that nothing is left.
func (w *walk) windDown() {
	for len(w.flights) > 0 {
		w.failed(w.take())
	}
	w.cutAll()
	w.check()
	for len(w.readers) > 0 {
		w.close(0)
	}
	w.pass(10 * time.Minute)
	if got := w.store.Stats(); got.UnderWay != 0 || got.Flights != 0 {
		w.fatalf("at the end %d bytes in %d flights are under way", got.UnderWay, got.Flights)
	}
	for _, primary := range w.unswept {
		w.store.Sweep(primary)
	}
	for i := 0; i < w.urls || w.log.Number()%64 != 0; i++ {
		w.purger.URL(fmt.Sprint("host/", i), hard)
	}
	synctest.Wait()
	w.pass(rememberTime + sweepInterval)
	left := w.store.Stats()
	left.Evicted = 0
	if left != (storage.Stats{}) || w.log.Len() != 0 {
		w.fatalf("after all has been purged: %+v, %d entries in the log", left, w.log.Len())
	}
}

func (w *walk) abandoned(b *modelBody) bool {
	return slices.ContainsFunc(w.arriving, func(a *arrival) bool { return a.object.body == b && a.abandoned.Load() > 0 })
}

// read reads a piece of some body.
func (w *walk) read() {
	if len(w.readers) == 0 {
		return
	}
	r := w.readers[w.random.IntN(len(w.readers))]
	ready := !r.body.arriving() || r.body.size > r.offset
	if got := r.real.Ready(); got != ready {
		w.fatalf("a reader at %d of %+v is ready: %v", r.offset, *r.body, got)
	}
	if !ready || r.end != nil {
		return
	}
	piece, err := r.real.Next(w.t.Context())
	for i, c := range piece {
		if c != r.mark {
			w.fatalf("a reader got byte %d at %d, want %d", c, r.offset+int64(i), r.mark)
		}
	}
	r.offset += int64(len(piece))
	if r.end = err; err == nil {
		return
	}
	if r.offset != r.body.size || r.body.whole != (err == io.EOF) || r.body.cut != (errors.Is(err, errCut) || err == storage.ErrAbandoned) {
		w.fatalf("a reader came to its end at %d of %+v: %v", r.offset, *r.body, err)
	}
}

// leave lets a reader, or a request that waits, go away.
func (w *walk) leave() {
	if len(w.readers) > 0 && w.one(2) {
		w.close(w.random.IntN(len(w.readers)))
		return
	}
	if len(w.flights) > 0 {
		f := pick(w, w.flights...)
		if len(f.seats) > 0 {
			w.stand(f, 0)
		}
	}
}

func (w *walk) close(at int) {
	r := w.readers[at]
	w.readers = slices.Delete(w.readers, at, at+1)
	r.close()
	if r.body.readers--; r.body.readers == 0 {
		r.body.lonelySince = time.Now()
	}
}
