package rules

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
)

const (
	defaultMaxNodes = 500
	// longestExpression is how many bytes an expression may have. Parentheses are no nodes, but the parser descends into them.
	longestExpression = 16 << 10
)

// expression compiles an expression for a step. What is wrong with it is reported; ok is then false.
func (c *compiler) expression(s source, step Step) (result code, ok bool) {
	defer func() {
		if fault := recover(); fault != nil {
			c.problemIn(s, 0, fmt.Sprintf("the expression cannot be compiled: %v", fault), "")
			ok = false
		}
	}()
	if strings.TrimSpace(s.text()) == "" {
		c.problem(s.place(0), "the expression is empty", "")
		return code{}, false
	}
	if len(s.text()) > longestExpression {
		c.problem(s.place(0), fmt.Sprintf("the expression is longer than %d bytes", longestExpression), "split the rule")
		return code{}, false
	}
	config := c.config(step)
	tree, err := parser.ParseWithConfig(s.text(), config)
	if err != nil {
		c.exprProblem(s, err)
		return code{}, false
	}
	r := &reading{compiler: c, source: s, step: step}
	if r.read(tree.Node); r.faults > 0 {
		return code{}, false
	}
	if _, err := checker.Check(tree, config); err != nil {
		c.exprProblem(s, err)
		return code{}, false
	}
	result, err = c.generate(tree, config)
	if err != nil {
		c.exprProblem(s, err)
		return code{}, false
	}
	return result, true
}

// config says what expr's checker knows at a step. One is needed for each expression: its cache is not safe for concurrent use, and
// rules may be compiled beside each other.
func (c *compiler) config(step Step) *conf.Config {
	config := conf.CreateNew()
	config.Optimize = false
	config.MaxNodes = uint(c.maxNodes)
	config.WithEnv(environments[step])
	for name := range config.Builtins {
		if !isFunction(name) {
			delete(config.Builtins, name)
			config.Disabled[name] = true
		}
	}
	for i := range functions {
		if f := &functions[i]; f.call != nil {
			config.Functions[f.name] = &builtin.Function{Name: f.name, Func: f.call, Types: signatures(f.types)}
		}
	}
	return config
}

func signatures(pointers []any) []reflect.Type {
	list := make([]reflect.Type, len(pointers))
	for i, p := range pointers {
		list[i] = reflect.TypeOf(p).Elem()
	}
	return list
}

// environments are the variables of each step as expr's checker wants them: maps within maps.
var environments = func() (all [Steps]types.Map) {
	for step := range Steps {
		all[step] = types.Map{}
		for i := range variables {
			if v := &variables[i]; v.steps.has(step) {
				v.enter(all[step])
			}
		}
	}
	return all
}()

func (v *variable) enter(root types.Map) {
	path := strings.Split(v.name, ".")
	last := len(path) - 1
	for _, name := range path[:last] {
		below, ok := root[name].(types.Map)
		if !ok {
			below = types.Map{}
			root[name] = below
		}
		root = below
	}
	root[path[last]] = v.exprType()
}

func (v *variable) exprType() types.Type {
	switch {
	case v.named != nil:
		return types.TypeOf(func(string) string { return "" })
	case v.member:
		return types.TypeOf(func(...string) bool { return false })
	}
	return types.TypeOf(reflect.Zero(kindTypes[v.kind]).Interface())
}

// exprProblem reports what expr found, in our words.
func (c *compiler) exprProblem(s source, err error) {
	var located *file.Error
	if !errors.As(err, &located) {
		c.problemIn(s, 0, ourWords(err.Error()), "")
		return
	}
	text := ourWords(located.Message)
	c.problemIn(s, s.offset(located.From), text, exprHint(text))
}

// ourWords replaces Go's names of types, and expr's way to say that nodes are too many.
func ourWords(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if strings.Contains(text, "exceeds maximum allowed nodes") {
		return "the expression has too many parts"
	}
	text = unexpectedToken.ReplaceAllString(text, "unexpected $1")
	return strings.TrimSpace(typeNames.Replace(text))
}

var unexpectedToken = regexp.MustCompile(`unexpected token [A-Z]\w+\("(.*)"\)`)

var typeNames = strings.NewReplacer(
	"time.Duration", span.String(), "time.Time", moment.String(), "[]string", list.String(), "float64", real.String(),
	"(type string)", "(type text)", " string", " text", "(string", "(text", " int)", " whole number)", " int ", " whole number ",
	"bool", "true or false", "[]interface {}", "list", "interface {}", "value of no certain type", "token EOF", "end of the expression",
)

func exprHint(text string) string {
	switch {
	case strings.Contains(text, "mismatched") && strings.Contains(text, span.String()):
		return `a duration is written duration("5m")`
	case strings.Contains(text, "too many parts"):
		return "split the rule"
	case text == "unexpected =":
		return "to compare, write =="
	}
	return ""
}

// envArgument is how a call in the tree names the variables of a request.
func envArgument() ast.Node { return &ast.IdentifierNode{Value: "$env"} }
