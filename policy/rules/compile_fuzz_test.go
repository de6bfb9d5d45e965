package rules_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"lacquer/policy/rules"
)

// FuzzCompile holds that no text takes the compiler or a request down, that what is wrong has a place within the text, and that what
// compiles changes nothing but what it may.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`req.path startsWith "/wp-admin" || req.cookie("wordpress_logged_in") != ""`,
		`a {{ split(req.path, '/')[1] }} b {{ req.uri }}`,
		`{{ "}}" + '{{' }}`, "{{ `a}}` }}", `{{ "\"}}" }}`, `{{`, `}}`, `{{ }}`, "\n{{ req.host }}\r\n",
		`client.in(["10.0.0.0/8"])`, `1 < req.restarts < 3`, `any(req, #)`, `let a = 1; a`, `req.header(req.header("a"))[1:][0:2]`,
		`not (not req.id in ["a"])`, `-(-1) == 1`, `[1, "a", [2]] == nil`, `{{ duration("5m") * 3 }}`, `req.path | upper()`, `::lower("A")`,
		`if req.id == "a" { true } else { false }`, `req?.path`, `"` + "\xff" + `" in [req.path]`, `🙂 == "🙂"`,
	} {
		f.Add(seed, uint8(rules.Deliver))
		f.Add(seed, uint8(rules.Request))
	}
	f.Fuzz(func(t *testing.T, text string, number uint8) {
		step := rules.Step(number) % rules.Steps
		scalar := func(text string) rules.Node {
			return rules.Node{Position: rules.Position{File: "f", Line: 1, Column: 1}, Kind: rules.Scalar, Text: text}
		}
		source := []rules.Node{
			{Kind: rules.Map, Fields: []rules.Field{{Name: scalar("on"), Value: scalar(step.String())}, {Name: scalar("when"), Value: scalar(text)}, {Name: scalar("count"), Value: scalar("a")}}},
			{Kind: rules.Map, Fields: []rules.Field{{Name: scalar("on"), Value: scalar(step.String())}, {Name: scalar("set"), Value: rules.Node{Kind: rules.Map, Fields: []rules.Field{
				{Name: scalar("X-Fuzz"), Value: scalar(text)}}}}}},
		}
		for i := range source {
			s, err := rules.Compile(source[i:i+1], options())
			if err != nil {
				var problems rules.Problems
				if !errors.As(err, &problems) {
					t.Fatalf("%q: %v", text, err)
				}
				for _, p := range problems {
					if p.Column < 0 || p.Column > utf8.RuneCountInString(text)+1 {
						t.Errorf("%q: column %d: %v", text, p.Column, p)
					}
				}
				continue
			}
			v := world()
			s.Run(step, v, &rules.Effects{})
			for _, value := range []string{v.Req.Header.Get("X-Fuzz"), v.Resp.Header.Get("X-Fuzz")} {
				for j := range len(value) {
					if c := value[j]; c < ' ' && c != '\t' {
						t.Errorf("%q put %q into a field", text, value)
					}
				}
			}
		}
	})
}
