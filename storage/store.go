package storage

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"
)

const (
	// Of the memory that the process may use, this much goes to whole objects, to bodies under way, and to marks. The rest
	// is for the collector, whose target is set from the same number, and for connections.
	objectShare   = 0.60
	underWayShare = 0.14
	markShare     = 0.01

	// smallestMemory is what a store can work with.
	smallestMemory = 1 << 20

	// largestPart is the largest part of the objects' memory that one object may take: admitting one that is larger would
	// throw out too much else.
	largestPart = 8

	sweepInterval = 10 * time.Second
	restInterval  = 3 * time.Second // how long a failing origin is left in peace where something stale can be served
	rememberTime  = 2 * time.Minute // how long it is remembered of what was purged that it was the same for all
	lingerTime    = time.Second     // how long an object stays that has not deserved a place
)

// Options say what a store is made of.
type Options struct {
	Memory      int64 // bytes that the process may use
	MaxObject   int64 // bytes of the largest body that is kept; bounded by a part of Memory
	MaxVariants int   // responses to one URL that one Vary field may tell apart; 256 if 0. Past that, one makes room
	Purges      Purges
	Now         func() time.Time // time.Now if nil

	// OnVariantsFull is told the primary key of a URL one of whose variants had to make room, as whoever varies a field may have
	// filled the store; nil for nobody. It may be called many times a second, and by several goroutines at once.
	OnVariantsFull func(primary string)
}

// Store is the table of all objects. It is safe for concurrent use.
type Store struct {
	entries     *xsync.Map[string, *entry] // by primary key
	purges      Purges
	now         func() time.Time
	seed        maphash.Seed
	maxObject   int64
	maxVariants int
	onFull      func(primary string) // told of a URL that has too many variants
	budget      budget               // bytes under way, and what left the table while it was read
	marks       budget               // what marks take
	keeper      *keeper
	register    register
	searches    searches
	evictions   atomic.Int64  // objects that had to make room
	crowded     atomic.Int64  // variants that had to make room for others of their URL
	soon        chan struct{} // asks for a sweep
	stop        chan struct{}
	stopped     sync.WaitGroup
	closeOnce   sync.Once
}

// New returns an empty store. Close stops its sweeper.
func New(o Options) (*Store, error) {
	if o.Memory < smallestMemory {
		return nil, fmt.Errorf("storage: %d bytes of memory are too few; %d are the least", o.Memory, smallestMemory)
	}
	s := &Store{
		entries: xsync.NewMap[string, *entry](),
		purges:  o.Purges,
		now:     o.Now,
		seed:    maphash.MakeSeed(),
		soon:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
	}
	s.searches.paths = xsync.NewMap[string, learned]()
	s.maxVariants, s.onFull = o.MaxVariants, o.OnVariantsFull
	if s.maxVariants <= 0 {
		s.maxVariants = defaultVariants
	}
	if s.now == nil {
		s.now = time.Now
	}
	objects := int64(float64(o.Memory) * objectShare)
	s.budget.limit = int64(float64(o.Memory) * underWayShare)
	s.marks.limit = int64(float64(o.Memory) * markShare)
	s.maxObject = min(o.MaxObject, objects/largestPart)
	var err error
	if s.keeper, err = newKeeper(objects, s.evicted); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	s.stopped.Go(s.sweepNowAndThen)
	return s, nil
}

// Close stops the store's own work. Objects can still be read. No flight may be under way.
func (s *Store) Close() {
	s.closeOnce.Do(func() {
		close(s.stop)
		s.stopped.Wait()
		s.keeper.close()
	})
}

// MaxObject returns the bytes of the largest body that is kept where so much is asked for: that, or what the memory allows.
func (s *Store) MaxObject(asked int64) int64 { return min(asked, s.maxObject) }

// Stats are counts of one moment.
type Stats struct {
	Entries  int   // primary keys
	Flights  int   // fetches without a head yet
	Kept     int64 // bytes of whole objects that have a place
	UnderWay int64 // bytes of bodies under way, and of what left the table while it is read
	Marks    int64 // bytes of marks
	Evicted  int64 // objects that had to make room for others, since the start
	// VariantsDropped counts variants that had to make room for others of their URL, since the start.
	VariantsDropped int64
}

// Stats counts what is there.
func (s *Store) Stats() Stats {
	return Stats{
		Entries:  s.entries.Size(),
		Flights:  s.register.count(),
		Kept:     s.keeper.used(),
		UnderWay: s.budget.used.Load(),
		Marks:    s.marks.used.Load(),
		Evicted:  s.evictions.Load(),

		VariantsDropped: s.crowded.Load(),
	}
}

// Oldest returns where the log of purges stood when the oldest fetch without a head began. Entries up to that number no longer matter for fetches.
func (s *Store) Oldest() uint64 { return s.register.oldest(s.purges.Number()) }

// hash names a slot for the keeper.
func (s *Store) hash(primary, secondary string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.WriteString(primary)
	h.WriteByte(0)
	h.WriteString(secondary)
	return h.Sum64()
}
