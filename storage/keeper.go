package storage

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/ristretto/v2"
)

const (
	typicalCost = 4 << 10 // bytes; ristretto keeps ten frequency counters for each object of this size that would fit
	touchMask   = 7       // one hit in eight is counted towards an object's frequency
)

// keeper decides which whole objects deserve their place: admission, eviction and the bytes they cost, by ristretto.
//
// Ristretto takes a Set later than it is called, drops it under load, and loses the second of two quick ones. So one Set is made at a
// time and waited for; the key is a hash of primary and secondary key that outlives the object, so that its frequency is
// remembered, and the value is the object itself, so that an eviction names what it evicts. Expiry is never given to it.
type keeper struct {
	cache   *ristretto.Cache[uint64, *Object]
	mu      sync.Mutex // held over a Set with its wait; taken before any entry.mu
	closed  bool       // protected by mu
	refused atomic.Bool
}

// newKeeper returns a keeper for objects of limit bytes in all. evicted is called for each object that has to go, while some other
// one is being admitted; it must not call the keeper.
func newKeeper(limit int64, evicted func(*Object)) (*keeper, error) {
	k := new(keeper)
	cache, err := ristretto.NewCache(&ristretto.Config[uint64, *Object]{
		NumCounters:        max(10*limit/typicalCost, 1000),
		MaxCost:            limit,
		BufferItems:        64,
		IgnoreInternalCost: true,
		OnEvict:            func(i *ristretto.Item[*Object]) { evicted(i.Value) },
		OnReject:           func(*ristretto.Item[*Object]) { k.refused.Store(true) },
		KeyToHash:          func(key uint64) (uint64, uint64) { return key, 0 },
	})
	if err != nil {
		return nil, err
	}
	k.cache = cache
	return k, nil
}

// admit gives o the place of whatever was under its key before, and reports whether it deserves one. No entry.mu is held.
func (k *keeper) admit(o *Object) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return false
	}
	if _, taken := k.cache.GetTTL(o.slot.hash); taken { // a look that does not count as a request
		k.cache.Del(o.slot.hash) // applied before the Set that follows
	}
	k.refused.Store(false)
	if !k.cache.Set(o.slot.hash, o, o.cost()) {
		return false
	}
	k.cache.Wait()
	return !k.refused.Load()
}

// forget gives back the place of o, if it has one. No entry.mu is held.
func (k *keeper) forget(o *Object) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	if kept, ok := k.cache.Get(o.slot.hash); ok && kept == o {
		k.cache.Del(o.slot.hash)
	}
}

// touch counts a request towards the frequency of what is under hash.
func (k *keeper) touch(hash uint64) { k.cache.Get(hash) }

// sample touches now and then, which is enough to rank what is asked for often.
func (k *keeper) sample(hash uint64) {
	if rand.Uint32()&touchMask == 0 {
		k.touch(hash)
	}
}

// used returns the bytes of the objects that have a place.
func (k *keeper) used() int64 { return k.cache.MaxCost() - k.cache.RemainingCost() }

// close stops ristretto. Nothing is admitted afterwards; touch does nothing.
func (k *keeper) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.closed = true
		k.cache.Close()
	}
}
