package policy_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"

	"lacquer/policy"
)

// TestCacheStatusOfPrint: whatever is told of a transaction is one member of a list of structured fields, whatever stands before it, and is read there as
// it was meant (RFC 9211 section 2).
func TestCacheStatusOfPrint(t *testing.T) {
	random := rand.New(rand.NewPCG(9211, 9651))
	all := policy.Reasons()
	for range 5000 {
		c := policy.CacheStatus{
			Hit: random.IntN(2) == 0, Fwd: policy.Forward(random.IntN(int(policy.ForwardPartial) + 1)), FwdStatus: random.IntN(2) * (100 + random.IntN(900)),
			Stored: random.IntN(2) == 0, Collapsed: random.IntN(2) == 0, HasTTL: random.IntN(2) == 0,
			TTL: time.Duration(random.IntN(200)-100) * time.Second, Detail: all[random.IntN(len(all))],
		}
		key := make([]byte, random.IntN(20))
		for i := range key {
			key[i] = byte(' ' + random.IntN('~'-' '+1))
		}
		c.Key = string(key)

		value := string(c.Append([]byte("before; hit, "), "lacquer"))
		list, err := httpsfv.UnmarshalList([]string{value})
		if err != nil || len(list) != 2 {
			t.Fatalf("%q: %v", value, err)
		}
		member := list[1].(httpsfv.Item)
		want := map[string]any{"detail": httpsfv.Token(c.Detail.String())}
		put := func(name string, is bool, v any) {
			if is {
				want[name] = v
			}
		}
		put("hit", c.Hit, true)
		put("fwd", c.Fwd != policy.ForwardNone, httpsfv.Token(c.Fwd.String()))
		put("fwd-status", c.FwdStatus != 0, int64(c.FwdStatus))
		put("ttl", c.HasTTL, int64(c.TTL/time.Second))
		put("stored", c.Stored, true)
		put("collapsed", c.Collapsed, true)
		put("key", c.Key != "", c.Key)
		if member.Value != httpsfv.Token("lacquer") || len(member.Params.Names()) != len(want) {
			t.Fatalf("%+v: %q", c, value)
		}
		for name, expected := range want {
			if got, ok := member.Params.Get(name); !ok || got != expected {
				t.Fatalf("%q: %s is %v, want %v", value, name, got, expected)
			}
		}
	}
}
