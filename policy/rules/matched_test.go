package rules_test

import (
	"maps"
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

type nowhere struct{}

func (nowhere) Count(string)         {}
func (nowhere) Log(string, string)   {}
func (nowhere) Failed(string, error) {}

// Rules count the requests that they matched; what is only tried, without Hooks, is none.
func TestMatched(t *testing.T) {
	set := compiled(t, "- name: always\n  on: request\n  key: [a]\n- name: never\n  on: request\n  when: req.path == '/b'\n  key: [b]\n")
	f := func(hooks rules.Hooks, want map[string]int64) {
		t.Helper()
		set.Run(rules.Request, &rules.Vars{Req: &message.Request{Method: "GET", Path: "/a"}, Hooks: hooks}, new(rules.Effects))
		if got := set.Matched(); !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f(nil, map[string]int64{})
	f(nowhere{}, map[string]int64{"always": 1})
	f(nowhere{}, map[string]int64{"always": 2})
}
