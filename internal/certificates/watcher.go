package certificates

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"time"
)

// watcher compares files with what was read of them. Their content is compared, not their time or number: that holds for editors which
// rename, for links that are swapped, and for clocks that go back.
type watcher struct {
	files  []Pair
	log    *slog.Logger
	faults map[int]fault // of pairs that are not in order, by their place
	warned time.Time     // when it was last told which certificates end
}

const warnEvery = 24 * time.Hour

// fault is why a pair that has changed is not taken over.
type fault struct {
	text string // of the error
	told bool
}

// look returns a new shelf if files have changed, nil if not. A pair that is not in order stays as it was before, and is complained of
// when it is found so for the second time: in between the two files are being replaced, one after the other.
func (w *watcher) look(old *shelf, now time.Time) *shelf {
	read, all, changed := slices.Clone(old.read), slices.Clone(old.all), false
	for i, p := range w.files {
		text, c, err := w.again(p, old.read[i])
		if err != nil {
			w.complain(i, p, err)
			continue
		}
		delete(w.faults, i)
		if c == nil {
			continue
		}
		read[i], all[i], changed = text, c, true
		w.log.Info("certificate read again", "file", p.Certificate, "names", namesOf(c), "until", c.Leaf.NotAfter)
	}
	current := old
	if changed {
		current = newShelf(read, all)
	}
	if changed || now.Sub(w.warned) >= warnEvery {
		current.warn(w.log, now)
		w.warned = now
	}
	if !changed {
		return nil
	}
	return current
}

// again reads a pair whose files have changed; the certificate is nil if they have not.
func (w *watcher) again(p Pair, before content) (content, *tls.Certificate, error) {
	text, err := p.read()
	if err != nil || text.equal(before) {
		return text, nil, err
	}
	c, err := p.parse(text)
	return text, c, err
}

func (w *watcher) complain(i int, p Pair, err error) {
	before, again := w.faults[i]
	if again = again && before.text == err.Error(); again && before.told {
		return
	}
	if again {
		w.log.Error("changed files of a certificate are not in order, so the one before is still shown", "file", p.Certificate, "error", err)
	}
	if w.faults == nil {
		w.faults = map[int]fault{}
	}
	w.faults[i] = fault{err.Error(), again}
}
