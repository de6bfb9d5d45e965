package daemon

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"lacquer/admin"
	"lacquer/message"
	"lacquer/policy"
	"lacquer/proxy"
	"lacquer/purge"
	"lacquer/storage"
)

// house is a Daemon as its administration sees it.
type house struct {
	*Daemon
	store  *storage.Store
	purges *purge.Log
	way    *proxy.Server
	count  objectCount
}

var _ admin.House = (*house)(nil)

// notCounted stands for a number of objects that would have to be looked for.
const notCounted = -1

func (h *house) PurgeURL(url string, soft bool) (admin.Purged, error) {
	if _, err := policy.PrimaryOf(url); err != nil {
		return admin.Purged{}, err
	}
	request, err := requestOf(admin.Question{Method: "PURGE", URL: url})
	if err != nil {
		return admin.Purged{}, err
	}
	r := h.way.PurgeURL(request, soft)
	return admin.Purged{Number: r.Number, Objects: r.Objects, Bytes: r.Bytes}, nil
}

// PurgeTag forgets by tag. What it hits is found behind, so it is not counted.
func (h *house) PurgeTag(tag string, soft bool) (admin.Purged, error) {
	return admin.Purged{Number: h.way.Purger().Tag(tag, soft).Number, Objects: notCounted, Bytes: notCounted}, nil
}

func (h *house) PurgeAll(soft bool) (admin.Purged, error) {
	return admin.Purged{Number: h.way.Purger().All(soft).Number, Objects: notCounted, Bytes: notCounted}, nil
}

// Objects goes through the store, or through what is under one URL.
func (h *house) Objects(f admin.Filter) iter.Seq[admin.Object] {
	list := h.store.List()
	if f.URL != "" {
		primary, err := policy.PrimaryOf(f.URL)
		if err != nil {
			return func(func(admin.Object) bool) {}
		}
		list = h.store.ListURL(primary)
	}
	now := time.Now()
	return func(yield func(admin.Object) bool) {
		for l := range list {
			if chosen(&f, &l) && !yield(objectOf(&l, now, f.Headers)) {
				return
			}
		}
	}
}

// chosen reports whether a filter lets through what is listed.
func chosen(f *admin.Filter, l *storage.Listed) bool {
	if f.Host != "" {
		authority, _, _ := strings.Cut(l.Primary, "/")
		if authority != policy.CanonicalAuthority("", f.Host) {
			return false
		}
	}
	return f.Tag == "" || l.Object != nil && slices.Contains(l.Object.Tags, f.Tag)
}

// objectOf tells what is known of a variant.
func objectOf(l *storage.Listed, now time.Time, headers bool) admin.Object {
	o := admin.Object{URL: l.Primary, Lifetime: lifetimeOf(policy.Freshness{})}
	if m := l.Mark; m != nil {
		o.NotStored, o.NotStoredUntil = m.Reason.String(), m.Until.Sub(now).Seconds()
	}
	kept := l.Object
	if kept == nil {
		return o
	}
	o.Scheme, o.KeyParts, _ = policy.ReadBase(l.Base)
	varied, _ := message.ReadVaryKey(l.Variant)
	o.Vary = fieldsOf(varied)
	o.Stored, o.Status, o.Tags, o.Hits = true, kept.Head.Status, kept.Tags, kept.Hits()
	o.Bytes, o.Complete = kept.Body.Size()
	o.State = kept.Judge(now).String()
	o.Age, o.TTL = kept.Freshness.AgeAt(now).Seconds(), kept.Freshness.TTL(now).Seconds()
	o.Lifetime = lifetimeOf(kept.Freshness)
	if at := kept.Softened(); !at.IsZero() {
		o.Softened = at.UTC().Format(time.RFC3339)
	}
	if headers {
		o.Headers = fieldsOf(kept.Head.Header)
	}
	return o
}

func lifetimeOf(f policy.Freshness) admin.Lifetime {
	return admin.Lifetime{
		Seconds:              f.Lifetime.Seconds(),
		From:                 f.From.String(),
		Field:                f.Field,
		StaleWhileRevalidate: f.StaleWhileRevalidate.Seconds(),
		StaleIfError:         f.StaleIfError.Seconds(),
	}
}

func fieldsOf(h message.Header) []admin.Field {
	var fields []admin.Field
	for _, f := range h {
		fields = append(fields, admin.Field{Name: f.Name, Value: f.Value})
	}
	return fields
}

func (h *house) Store() admin.StoreStats {
	stats := h.store.Stats()
	kept, underWay := h.store.Limits()
	return admin.StoreStats{
		Objects:         h.count.of(h.store),
		URLs:            stats.Entries,
		Bytes:           stats.Kept,
		Limit:           kept,
		UnderWay:        stats.UnderWay,
		UnderWayLimit:   underWay,
		Fetches:         stats.Flights,
		Evicted:         stats.Evicted,
		VariantsDropped: stats.VariantsDropped,
		PurgeLog:        h.purges.Len(),
	}
}

// objectCount counts the objects of a store, for which it has to be gone through: that may take no more than a hundredth of the time.
// It is safe for concurrent use.
type objectCount struct {
	mu    sync.Mutex // protects what follows
	last  int
	again time.Time // not before
}

func (c *objectCount) of(store *storage.Store) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if begun := time.Now(); !begun.Before(c.again) {
		c.last = store.Count()
		c.again = time.Now().Add(100 * time.Since(begun))
	}
	return c.last
}

// Rules returns what rules have counted: matches since the configuration was put in force, the rest since the start.
func (h *house) Rules() ([]admin.RuleStats, map[string]int64) {
	counts := h.way.RuleCounts()
	byName := make(map[string]admin.RuleStats)
	for name, n := range h.live.present().config.Rules.Matched() {
		byName[name] = admin.RuleStats{Rule: name, Matched: n}
	}
	for name, n := range counts.Failed {
		byName[name] = admin.RuleStats{Rule: name, Matched: byName[name].Matched, Failed: n}
	}
	var stats []admin.RuleStats
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		stats = append(stats, byName[name])
	}
	return stats, counts.Counted
}

// Reload and what follows put configurations in force, for whoever asks by the API.
func (h *house) Reload() (admin.Version, error) {
	v, err := h.ReloadFor("api")
	if err != nil {
		return admin.Version{}, &admin.Refused{Err: err}
	}
	return h.version(v), nil
}

func (h *house) Rollback(to int) (admin.Version, error) {
	v, err := h.RollbackFor(to, "api rollback")
	if err != nil {
		return admin.Version{}, &admin.Refused{Err: err}
	}
	return h.version(v), nil
}

func (h *house) Versions() []admin.Version {
	var list []admin.Version
	for _, v := range h.Daemon.Versions() {
		list = append(list, h.version(v))
	}
	return list
}

func (h *house) version(v Version) admin.Version {
	return admin.Version{
		Number: v.Number, Loaded: v.Time.UTC().Truncate(time.Second), By: v.By, File: v.File, Hash: v.Hash, Rules: v.Rules,
		Current: v.Number == h.way.Site().Version,
	}
}

var errDraining = errors.New("draining")

// Ready is nil from the first connection until Stop.
func (h *house) Ready() error {
	if h.draining.Load() {
		return errDraining
	}
	return nil
}
