package rules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy/rules"
)

// way is one of the two ways in which an expression is worked out.
type way struct {
	name    string
	compile func([]rules.Node, rules.Options) (*rules.Set, error)
}

var ways = []way{{"closures", rules.Compile}, {"machine", rules.CompileForMachine}}

// set compiles one rule at deliver, where most variables exist, that logs an expression.
func (w way) set(expression string) (*rules.Set, error) {
	scalar := func(text string) rules.Node { return rules.Node{Kind: rules.Scalar, Text: text} }
	return w.compile([]rules.Node{{Kind: rules.Map, Fields: []rules.Field{
		{Name: scalar("name"), Value: scalar("r")},
		{Name: scalar("on"), Value: scalar("deliver")},
		{Name: scalar("log"), Value: scalar("{{ " + expression + " }}")},
	}}}, rules.Options{})
}

func (w way) evaluate(t *testing.T, expression string) string {
	t.Helper()
	s, err := w.set(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return strings.TrimPrefix(run(s, rules.Deliver, nil), "log r: ")
}

// TestMatches holds the tests that plain patterns become to what the patterns mean.
func TestMatches(t *testing.T) {
	f := func(text, pattern, want string) {
		t.Helper()
		for _, way := range ways {
			if got := way.evaluate(t, fmt.Sprintf("%q matches %q", text, pattern)); got != want {
				t.Errorf("%q matches %q by %s: %s", text, pattern, way.name, got)
			}
		}
	}
	f("/wp-admin/x", "^/wp-admin", "true")
	f("/a/wp-admin", "^/wp-admin", "false")
	f("a.jpg", `\.jpg$`, "true")
	f("a.jpg.txt", `\.jpg$`, "false")
	f("abc", "^abc$", "true")
	f("abcd", "^abc$", "false")
	f("xabcx", "abc", "true")
	f("ABC", "(?i)abc", "true")
	f("abc", "(?i)ABC", "true")
	f("a.png", `\.(png|jpe?g)$`, "true")
	f("a\nb", "(?m)^b", "true")
	f("a\nb", "^b", "false")
	f("", "", "true")
}

// FuzzWays holds closures and VM to the same meaning: random expressions over random requests yield the same, or fail both.
func FuzzWays(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, "/wp-admin/a.jpg", "gzip, br", "a=b; session=1", int64(7))
	}
	f.Fuzz(func(t *testing.T, seed uint64, path, accept, cookie string, hits int64) {
		random := rand.New(rand.NewPCG(seed, 7))
		expression := randomTruth(random, 4)
		var results [2]string
		for i, way := range ways {
			s, err := way.set(expression)
			if err != nil {
				t.Fatalf("%s by %s: %v", expression, way.name, err)
			}
			result := run(s, rules.Deliver, func(v *rules.Vars) {
				v.Req.Path = path
				v.Req.Header = message.Header{{Name: "Accept-Encoding", Value: accept}, {Name: "Cookie", Value: cookie}}
				v.Obj.Hits = hits
			})
			if strings.HasPrefix(result, "failed r: ") {
				result = "failed" // the two say so in other words
			}
			results[i] = result
		}
		if results[0] != results[1] {
			t.Errorf("%s\nclosures: %s\nmachine:  %s", expression, results[0], results[1])
		}
	})
}

// one returns one of several texts.
func one(r *rand.Rand, texts ...string) string { return texts[r.IntN(len(texts))] }

func randomTruth(r *rand.Rand, depth int) string { return "(" + randomCondition(r, depth) + ")" }

func randomCondition(r *rand.Rand, depth int) string {
	if depth == 0 {
		return one(r, "true", "false", "cache.hit", "obj.stale", `client.in("192.0.2.0/24")`)
	}
	depth--
	text := func() string { return randomText(r, depth) }
	number := func() string { return randomNumber(r, depth) }
	switch r.IntN(13) {
	case 0, 1:
		return "(" + randomTruth(r, depth) + one(r, " && ", " || ", " and ", " or ", " == ", " != ") + randomTruth(r, depth) + ")"
	case 2:
		return one(r, "!", "not ") + "(" + randomTruth(r, depth) + ")"
	case 3, 4:
		return text() + one(r, " == ", " != ", " < ", " >= ", " startsWith ", " endsWith ", " contains ", " not contains ") + text()
	case 5:
		return text() + one(r, " == ", " != ", " startsWith ", " endsWith ", " contains ") + randomConstant(r)
	case 6:
		return text() + one(r, " in ", " not in ") + "[" + randomConstant(r) + ", " + randomConstant(r) + ", " + one(r, randomConstant(r), text()) + "]"
	case 7:
		return text() + ` matches ` + one(r, `"^/wp"`, `"a"`, `"\\.(jpg|png)$"`, `"(?i)GZIP"`, `"^abc$"`, `"r$"`)
	case 8:
		return number() + one(r, " == ", " != ", " < ", " <= ", " > ", " >= ") + number()
	case 9:
		return number() + one(r, " in ", " not in ") + "[1, 2, 7, 203]"
	case 10:
		return one(r, "obj.age", "obj.ttl") + one(r, " == ", " < ", " >= ", " != ") + one(r, `duration("90s")`, "obj.ttl", `duration("1.5s")`)
	case 11:
		return text() + " in " + one(r, "obj.tags", `split(req.path, "/")`)
	}
	return "(" + randomTruth(r, depth) + " ? " + randomTruth(r, depth) + " : " + randomTruth(r, depth) + ")"
}

func randomConstant(r *rand.Rand) string {
	return one(r, `""`, `"a"`, `"/wp-admin"`, `"news"`, `"gzip"`, `"abc"`, `"1"`, `".jpg"`, `"ä"`)
}

func randomText(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(3) == 0 {
		return one(r, randomConstant(r), "req.path", "req.host", "cache.reason", `req.header("accept-encoding")`, `req.cookie("session")`, `req.param("a")`, "backend.name")
	}
	depth--
	text := func() string { return randomText(r, depth) }
	switch r.IntN(9) {
	case 0:
		return "(" + text() + " + " + text() + ")"
	case 1:
		return one(r, "lower", "upper", "trim") + "(" + text() + ")"
	case 2:
		return `split(` + text() + `, "/")[` + one(r, "0", "1", "-1", randomNumber(r, 0)) + `]`
	case 3:
		return one(r, "trimPrefix", "trimSuffix", "trim") + "(" + text() + ", " + randomConstant(r) + ")"
	case 4:
		return "replace(" + text() + `, "a", ` + text() + ")"
	case 5:
		return "(" + randomTruth(r, depth) + " ? " + text() + " : " + text() + ")"
	case 6:
		return "string(" + one(r, randomNumber(r, depth), "obj.age", "cache.hit", "obj.tags") + ")"
	case 7:
		return one(r, `join(obj.tags, "-")`, "first(obj.tags)", "last(obj.tags)", "req.path[1:]")
	}
	return `req.header("x-" + ` + text() + ")"
}

func randomNumber(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(2) == 0 {
		return one(r, "0", "1", "7", "resp.status", "obj.hits", "req.restarts")
	}
	depth--
	switch r.IntN(5) {
	case 0:
		return "(" + randomNumber(r, depth) + one(r, " + ", " - ", " * ") + randomNumber(r, depth) + ")"
	case 1:
		return "len(" + one(r, randomText(r, depth), "obj.tags") + ")"
	case 2:
		return "indexOf(" + randomText(r, depth) + ", " + randomConstant(r) + ")"
	case 3:
		return "(-" + randomNumber(r, depth) + ")"
	}
	return one(r, "min", "max") + "(" + randomNumber(r, depth) + ", " + randomNumber(r, depth) + ")"
}
