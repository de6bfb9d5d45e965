package purge_test

import (
	"time"

	"lacquer/storage"
)

// check holds against the store what is true at any time.
func (w *walk) check() {
	got := w.store.Stats()
	if got.Flights != len(w.flights) || got.Entries != len(w.model.urls) {
		w.fatalf("%d flights and %d entries, want %d and %d", got.Flights, got.Entries, len(w.flights), len(w.model.urls))
	}
	if got.Kept > w.limit || got.UnderWay < 0 {
		w.fatalf("%d bytes are kept of at most %d, %d under way", got.Kept, w.limit, got.UnderWay)
	}
	marks := w.model.marks()
	if got.Marks != int64(marks)*markCost {
		w.fatalf("%d bytes of marks, want those of %d", got.Marks, marks)
	}
	if marks >= w.maxMarks {
		w.fatalf("%d marks: which of them there is room for depends on the order in which a sweep goes", marks)
	}
	w.checkCharged(got.UnderWay)
	for _, a := range w.arriving {
		b := a.object.body
		abandoned, want := a.abandoned.Load(), int32(0)
		if b.readers == 0 && (!b.kept || time.Since(b.lonelySince) >= lonelyLimit) {
			want = 1
		}
		if abandoned != want {
			w.fatalf("the fetch of %s was abandoned %d times, want %d: kept %v, %d readers, since %v", w.name(a.object.real), abandoned, want, b.kept,
				b.readers, time.Since(b.lonelySince))
		}
	}
}

// checkCharged sees that what somebody reads although the table no longer has it is charged as under way, once.
func (w *walk) checkCharged(underWay int64) {
	stored, read := map[*modelBody]bool{}, map[*modelBody]bool{}
	for _, u := range w.model.urls {
		for _, p := range u.places {
			for _, o := range []*modelObject{p.object, p.previous} {
				if o != nil {
					stored[o.body] = true
				}
			}
		}
	}
	for _, r := range w.readers {
		read[r.body] = r.body.whole && r.body.kept
	}
	const head = 900 // bytes that a head with its keys and its books costs at most
	least, most := int64(0), int64(0)
	for b, counts := range read {
		if counts && !stored[b] {
			least += b.size
			most += b.size + head
		}
	}
	if underWay < least || underWay > most && !w.tight && len(w.arriving) == 0 {
		w.fatalf("%d bytes are under way, want %d to %d", underWay, least, most)
	}
}

// objectOf returns what the model knows of an object, which may have been replaced long ago.
func (w *walk) objectOf(real *storage.Object) *modelObject {
	for _, u := range w.model.urls {
		for _, p := range u.places {
			for _, o := range []*modelObject{p.object, p.previous} {
				if o != nil && o.real == real {
					return o
				}
			}
		}
	}
	w.fatalf("found %s, which nothing here should hold any more", w.name(real))
	return nil
}
