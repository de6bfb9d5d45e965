package policy_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"

	"lacquer/message"
	"lacquer/policy"
)

func searchOf(value string) policy.Search {
	return policy.SearchOf(message.Header{{Name: "No-Vary-Search", Value: value}})
}

func TestSearchOf(t *testing.T) {
	same := func(a, b string) {
		t.Helper()
		if searchOf(a) != searchOf(b) {
			t.Errorf("%s is %+v, %s is %+v", a, searchOf(a), b, searchOf(b))
		}
	}
	zero := func(value string) {
		t.Helper()
		if got := searchOf(value); got != (policy.Search{}) {
			t.Errorf("%s is %+v", value, got)
		}
	}
	counts := func(value string) {
		t.Helper()
		if searchOf(value) == (policy.Search{}) {
			t.Errorf("%s means nothing", value)
		}
	}
	t.Run("draft-ietf-httpbis-no-vary-search, Parsing", func(t *testing.T) {
		counts(`key-order`)
		counts(`params`)
		counts(`params=("a")`)
		counts(`params=("")`)
		counts(`except=("x")`)
		counts(`except=()`)
		same(`except=("x"), key-order`, `key-order, except=("x")`)
		// As it was written up to version 04.
		same(`params`, `except=()`)
		same(`params=?1`, `except=()`)
		same(`params, except=("x")`, `except=("x")`)
		same(`key-order=?1`, `key-order`)
		same(`params, key-order, except=("x")`, `key-order, params, except=("x")`)
		same(`params, except=()`, `params`)
		same(`params;a=1, future="x"`, `params`)
		same(`params=?0, key-order`, `key-order`)
		// The last of two members counts (RFC 8941 section 3.2).
		same(`params=("a"), params=("b")`, `params=("b")`)
		// Order and repetition of names, and how they are written.
		same(`params=("b" "a" "b")`, `params=("a" "b")`)
		same(`params=("%61+b")`, `params=("a b")`)
		// What says what is so anyway.
		zero(``)
		zero(`params=?0`)
		zero(`params=()`)
		zero(`key-order=?0`)
		// Invalid.
		zero(`unknown-key`)
		zero(`key-order="not a boolean"`)
		zero(`params="not a boolean or inner list"`)
		zero(`params=(not-a-string)`)
		zero(`params=(1 "a")`)
		zero(`params=("a"), except=("x")`)
		zero(`params=(), except=()`)
		zero(`params=?0, except=("x")`)
		zero(`params, except=(not-a-string)`)
		zero(`params, except="not an inner list"`)
		zero(`params, except=?1`)
		zero(`except="not an inner list"`)
		zero(`except=(not-a-string)`)
		zero(`except=?1`)
		// No dictionary.
		zero(`params=(`)
		zero(`params,`)
		zero(`"params"`)
		zero(`Params`)
	})
	t.Run("bounds", func(t *testing.T) {
		counts(`params=(` + strings.Repeat(`"a" `, 63) + `"a")`)
		zero(`params=(` + strings.Repeat(`"a" `, 64) + `"a")`)
		counts(`params=("` + strings.Repeat("a", 4000) + `")`)
		zero(`params=("` + strings.Repeat("a", 4096) + `")`)
	})
	t.Run("RFC 8941 section 4.2, several lines", func(t *testing.T) {
		if got := policy.SearchOf(header(`No-Vary-Search: params | no-vary-search: except=("x")`)); got != searchOf(`params, except=("x")`) {
			t.Errorf("%+v", got)
		}
	})
	if n := testing.AllocsPerRun(100, func() { policy.SearchOf(nil) }); n != 0 {
		t.Errorf("%v allocations without the field", n)
	}
}

func TestSearchCanonical(t *testing.T) {
	same := func(field string, queries ...string) {
		t.Helper()
		s := searchOf(field)
		for _, q := range queries[1:] {
			if a, b := s.Canonical(queries[0]), s.Canonical(q); a != b {
				t.Errorf("%s: %q is %q, %q is %q", field, queries[0], a, q, b)
			}
		}
	}
	differ := func(field, a, b string) {
		t.Helper()
		if s := searchOf(field); s.Canonical(a) == s.Canonical(b) {
			t.Errorf("%s: %q and %q are both %q", field, a, b, s.Canonical(a))
		}
	}
	t.Run("draft-ietf-httpbis-no-vary-search, Comparing", func(t *testing.T) {
		// Without the field nothing is taken for the same.
		differ(``, "a=1&b=2", "b=2&a=1")
		differ(``, "a", "a=")
		differ(``, "%61", "a")

		same(`key-order`, "a=1&b=2", "b=2&a=1")
		differ(`key-order`, "a=1&a=2", "a=2&a=1")
		same(`key-order`, "a=1&b=3&a=2", "b=3&a=1&a=2")
		differ(`key-order`, "a=1", "a=1&b=2")

		same(`params=("utm" "fb")`, "a=1", "a=1&utm=x", "fb&a=1&utm=y&utm=z", "a=1&%75tm=x")
		differ(`params=("utm")`, "a=1", "a=2")
		differ(`params=("utm")`, "a=1&b=2", "b=2&a=1")
		differ(`params=("utm")`, "utm2=1", "")
		differ(`params=("a")`, "A=1", "")
		same(`params=("a"), key-order`, "b=1&c=2&a", "c=2&b=1")

		same(`params`, "", "a=1", "b=2&c")
		same(`params, except=("id")`, "id=1", "id=1&a=2", "b=3&id=1")
		differ(`params, except=("id")`, "id=1", "id=2")
		differ(`params, except=("id")`, "id=1", "")
		differ(`params, except=("a" "b")`, "a=1&b=2", "b=2&a=1")
		same(`params, except=("a" "b"), key-order`, "a=1&b=2", "b=2&c=3&a=1")
		// The name that is empty.
		same(`params=("")`, "a=1", "a=1&=x", "=&a=1")
		differ(`params, except=("a")`, "=x&a=1", "=x")
		same(`params, except=("a")`, "=x&a=1", "a=1")
		differ(`params, except=("")`, "=x", "")
		// Without normalization of Unicode.
		differ(`key-order`, "a=%C3%A9", "a=e%CC%81")
	})
	t.Run("draft-ietf-httpbis-no-vary-search, Examples", func(t *testing.T) {
		same(`key-order`, "a=x", "%61=%78")
		same(`key-order`, "a=é", "a=%C3%A9", "a=%c3%a9")
		same(`key-order`, "a=%f6", "a=%ef%bf%bd")
		same(`key-order`, "a=x&&&&", "a=x", "&a=x")
		same(`key-order`, "a=", "a")
		same(`key-order`, "a=%20", "a=+", "a= &")
		same(`params=("%C3%A9+%E6%B0%97")`, "", "é 気=1", "é+気=2", "%C3%A9%20気=3", "%C3%A9+%E6%B0%97=4")
	})
	t.Run("WHATWG URL, application/x-www-form-urlencoded", func(t *testing.T) {
		// Only the first "=" separates, and "&" and "=" that are encoded are text.
		differ(`key-order`, "a=b=c", "a=b%26c")
		same(`key-order`, "a=b=c", "a=b%3Dc")
		differ(`key-order`, "a=b%26c=d", "a=b&c=d")
		differ(`key-order`, "a%3Db", "a=b")
		// A plus that is encoded is a plus, a percent sign without digits itself.
		differ(`key-order`, "a=%2B", "a=+")
		same(`key-order`, "a=%", "a=%25")
		same(`key-order`, "a=%zz", "a=%25zz")
		same(`key-order`, "a=%a", "a=%25a")
		// Bytes that begin a character together are one U+FFFD, others one each.
		same(`key-order`, "a=%E2%82", "a=%EF%BF%BD")
		same(`key-order`, "a=%F0%9F%92x", "a=%EF%BF%BDx")
		same(`key-order`, "a=%FF%FE", "a=%EF%BF%BD%EF%BF%BD")
		same(`key-order`, "a=%ED%A0%80", "a=%EF%BF%BD%EF%BF%BD%EF%BF%BD")
		differ(`key-order`, "a=%00", "a=")
	})
	if got := (policy.Search{}).Canonical("b=2&a=%7E&&"); got != "b=2&a=%7E&&" {
		t.Errorf("without the field: %q", got)
	}
	if got := searchOf(`key-order`).Canonical("b=%7e&a=1 2"); got != "a=1+2&b=%7E" {
		t.Errorf("canonical form: %q", got)
	}
}

// variance is what the draft calls a URL variation config, held plainly: a nil list is the wildcard.
type variance struct {
	noVary, vary []string
	keyOrder     bool
}

// plainVariance reads the field step by step as the draft does.
func plainVariance(value string) (v variance, set bool) {
	initial := variance{noVary: []string{}, keyOrder: true}
	d, err := httpsfv.UnmarshalDictionary([]string{value})
	if err != nil || len(value) > 4096 {
		return initial, false
	}
	v = initial
	names := func(m httpsfv.Member) ([]string, bool) {
		list, ok := m.(httpsfv.InnerList)
		result := []string{}
		for _, item := range list.Items {
			name, isString := item.Value.(string)
			ok = ok && isString
			result = append(result, plainDecode(name))
		}
		return result, ok && len(list.Items) <= 64
	}
	all := false
	if m, ok := d.Get("key-order"); ok {
		item, isItem := m.(httpsfv.Item)
		b, isBool := item.Value.(bool)
		if !isItem || !isBool {
			return initial, false
		}
		v.keyOrder = !b
	}
	if m, ok := d.Get("params"); ok {
		if item, isItem := m.(httpsfv.Item); isItem {
			b, isBool := item.Value.(bool)
			if !isBool {
				return initial, false
			}
			if all = b; all {
				v.noVary, v.vary = nil, []string{}
			}
		} else if v.noVary, ok = names(m); !ok {
			return initial, false
		}
	}
	if m, ok := d.Get("except"); ok {
		if _, both := d.Get("params"); both && !all {
			return initial, false
		}
		if v.vary, ok = names(m); !ok {
			return initial, false
		}
		v.noVary = nil
	}
	return v, v.noVary == nil || len(v.noVary) > 0 || !v.keyOrder
}

// plainDecode decodes by the standard library, which knows the same encoding but for stray percent signs.
func plainDecode(s string) string {
	b := strings.Builder{}
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && (i+2 >= len(s) || !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i+1])) || !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i+2]))) {
			b.WriteString("%25")
			continue
		}
		b.WriteByte(s[i])
	}
	decoded, err := url.QueryUnescape(b.String())
	if err != nil {
		panic(err)
	}
	return decoded
}

// plainEquivalent compares two queries step by step as the draft does. It knows nothing of how bytes that are no UTF-8 become characters.
func plainEquivalent(v variance, a, b string) bool {
	parse := func(query string) (params [][2]string) {
		for piece := range strings.SplitSeq(query, "&") {
			if name, value, _ := strings.Cut(piece, "="); piece != "" {
				params = append(params, [2]string{plainDecode(name), plainDecode(value)})
			}
		}
		params = slices.DeleteFunc(params, func(p [2]string) bool {
			if v.noVary != nil {
				return slices.Contains(v.noVary, p[0])
			}
			return !slices.Contains(v.vary, p[0])
		})
		if !v.keyOrder {
			slices.SortStableFunc(params, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
		}
		return params
	}
	return slices.Equal(parse(a), parse(b))
}

// FuzzSearch: two queries have the same canonical form exactly if a plain reading of the draft says that they are equivalent, and the
// canonical form is its own.
func FuzzSearch(f *testing.F) {
	f.Add(`key-order`, "a=1&b=2", "b=2&a=1")
	f.Add(`params=("a" "b")`, "a=1&c", "c=&b=%20")
	f.Add(`params, except=("")`, "=&a", "&&=")
	f.Add(`except=("%61+"), key-order`, "a+=1&b", "a%20=%31")
	f.Add(`params=("`, "a%", "a%25")
	f.Fuzz(func(t *testing.T, field, a, b string) {
		s := policy.SearchOf(message.Header{{Name: "No-Vary-Search", Value: field}})
		v, set := plainVariance(field)
		if set != (s != policy.Search{}) {
			t.Fatalf("%q is %+v, plainly %+v", field, s, v)
		}
		for _, query := range []string{a, b} {
			canonical := s.Canonical(query)
			if again := s.Canonical(canonical); again != canonical {
				t.Fatalf("%q: %q is %q, and that %q", field, query, canonical, again)
			}
			if set && strings.ToValidUTF8(plainDecode(query), "") == plainDecode(query) && !plainEquivalent(v, query, canonical) {
				t.Fatalf("%q: %q is %q, which is not equivalent", field, query, canonical)
			}
		}
		valid := strings.ToValidUTF8(plainDecode(a+field+b), "") == plainDecode(a+field+b)
		if same := s.Canonical(a) == s.Canonical(b); set && valid && same != plainEquivalent(v, a, b) {
			t.Fatalf("%q: %q and %q are %q and %q", field, a, b, s.Canonical(a), s.Canonical(b))
		}
	})
}
