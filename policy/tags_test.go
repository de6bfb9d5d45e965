package policy_test

import (
	"slices"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestTagsOf(t *testing.T) {
	f := func(name, value string, want ...string) {
		t.Helper()
		h := message.Header{{Name: name, Value: value}}
		if got := policy.TagsOf(h, policy.TagFields()); !slices.Equal(got, want) {
			t.Errorf("%s: %s: got %q, want %q", name, value, got, want)
		}
	}
	f("Surrogate-Key", "post-1  term-3 post-1", "post-1", "term-3")
	f("Surrogate-Key", "a,b c", "a,b", "c") // a comma is part of a tag here
	f("surrogate-key", "x", "x")
	f("Cache-Tag", "a b, c ,, d", "a b", "c", "d")
	f("X-Magento-Tags", "cat_p_95,cat_p", "cat_p", "cat_p_95")
	f("Cache-Tags", "node:1 node_list", "node:1", "node_list")
	f("Cache-Tags", "/books/1,/books", "/books", "/books/1")
	f("X-Cache-Tags", ";pageId_1;pageId_2;", "pageId_1", "pageId_2")
	f("Cache-Groups", `"a b", "c";x=1`, "a b", "c")
	f("Cache-Groups", `"a", b`, "a") // a token is no string
	f("Cache-Groups", `"a`)          // malformed: as if it were not there
	f("X-Unknown", "a")
}

func TestDropTags(t *testing.T) {
	h := message.Header{{Name: "XKEY", Value: "a"}, {Name: "Cache-Groups", Value: `"a"`}, {Name: "ETag", Value: `"1"`}}
	policy.DropTags(&h, policy.TagFields())
	if len(h) != 2 || h.Has("xkey") || !h.Has("Cache-Groups") {
		t.Errorf("left: %v", h)
	}
}
