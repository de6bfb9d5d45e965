package daemon

import (
	"log/slog"
	"sync"
	"time"
)

// alarmInterval is how often it is said that variants had to make room: whoever fills a URL with variants fills no log by it.
const alarmInterval = time.Minute

// variantAlarm says in the log that a URL has more variants than may be kept. It is safe for concurrent use.
type variantAlarm struct {
	log  *slog.Logger
	most int // variants of a URL

	mu    sync.Mutex // protects what follows
	again time.Time  // not before
	quiet int        // how often nothing was said since the last time
}

// ring takes the primary key of a URL one of whose variants had to make room.
func (a *variantAlarm) ring(primary string) {
	a.mu.Lock()
	now := time.Now()
	if now.Before(a.again) {
		a.quiet++
		a.mu.Unlock()
		return
	}
	a.again = now.Add(alarmInterval)
	before := a.quiet
	a.quiet = 0
	a.mu.Unlock()
	a.log.Warn("a URL has more variants than are kept, so one made room; look at the Vary of its responses, normalise what they vary on by a rule, or raise cache.max_variants",
		"url", primary, "max_variants", a.most, "unsaid", before)
}
