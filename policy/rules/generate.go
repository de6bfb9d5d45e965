package rules

import (
	"github.com/expr-lang/expr/ast"
	exprcompiler "github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
)

// generate makes code of a tree that has been read and checked. What closures can say becomes closures, which cost some nanoseconds and
// allocate nothing; if the whole cannot be said so, its parts that can are called from a program for expr's VM.
func (c *compiler) generate(tree *parser.Tree, config *conf.Config) (code, error) {
	g := generator{machineOnly: c.machineOnly}
	if whole, ok := g.code(tree.Node); ok {
		return whole, nil
	}
	k := kindOf(tree.Node.Type())
	constant := isConstant(tree.Node)
	g.patch(&tree.Node)
	program, err := exprcompiler.Compile(tree, config)
	if err != nil {
		return code{}, err
	}
	result := programCode(program, k)
	result.constant = constant
	return result, nil
}

// isConstant reports whether no variable occurs in a tree.
func isConstant(n ast.Node) bool {
	return ast.Find(n, func(n ast.Node) bool {
		name, ok := n.(*ast.IdentifierNode)
		return ok && !isFunction(name.Value)
	}) == nil
}

// generator makes closures of trees.
type generator struct {
	machineOnly bool // nothing but variables becomes closures: tests hold the two ways to the same meaning
}

// code returns the closure for a node; ok is false if there is none for it.
func (g *generator) code(n ast.Node) (c code, ok bool) {
	if v := variableOf(n); v != nil {
		return g.variable(v, n)
	}
	if g.machineOnly {
		return code{}, false
	}
	switch n := n.(type) {
	case *ast.StringNode:
		return constantText(n.Value), true
	case *ast.BoolNode:
		return constantTruth(n.Value), true
	case *ast.IntegerNode:
		return constantWhole(n.Value), n.Type() == kindTypes[whole]
	case *ast.UnaryNode:
		return g.unary(n)
	case *ast.BinaryNode:
		return g.binary(n)
	case *ast.ConditionalNode:
		return g.conditional(n)
	case *ast.MemberNode:
		return g.element(n)
	case *ast.BuiltinNode:
		return g.function(n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return g.function(callee.Value, n.Arguments)
		}
	}
	return code{}, false
}

// variableOf returns the variable that a node stands for, or calls.
func variableOf(n ast.Node) *variable {
	if call, ok := n.(*ast.CallNode); ok {
		n = call.Callee
	}
	if name, ok := dotted(n); ok {
		return variablesByName[name]
	}
	return nil
}

// variable returns the direct way to a variable.
func (g *generator) variable(v *variable, n ast.Node) (code, bool) {
	c := code{kind: v.kind, truth: v.truth, text: v.text, whole: v.whole, span: v.span, moment: v.moment, list: v.list}
	switch {
	case v.member:
		c.truth = memberOf(n.(*ast.CallNode).Arguments)
	case v.named != nil:
		argument, read := n.(*ast.CallNode).Arguments[0], v.named
		if name, ok := argument.(*ast.StringNode); ok {
			c.text = func(v *Vars) string { return read(v, name.Value) }
			break
		}
		name, ok := g.code(argument)
		if !ok || name.kind != text {
			return code{}, false
		}
		c.text = func(v *Vars) string { return read(v, name.text(v)) }
	}
	return c, true
}

func (g *generator) conditional(n *ast.ConditionalNode) (code, bool) {
	condition, ok1 := g.code(n.Cond)
	yes, ok2 := g.code(n.Exp1)
	no, ok3 := g.code(n.Exp2)
	if !ok1 || !ok2 || !ok3 || condition.kind != truth || yes.kind != no.kind {
		return code{}, false
	}
	c := code{kind: yes.kind, constant: condition.constant && yes.constant && no.constant}
	when := condition.truth
	switch c.kind {
	case truth:
		c.truth = choose(when, yes.truth, no.truth)
	case text:
		c.text = choose(when, yes.text, no.text)
	case whole:
		c.whole = choose(when, yes.whole, no.whole)
	case span:
		c.span = choose(when, yes.span, no.span)
	case list:
		c.list = choose(when, yes.list, no.list)
	default:
		return code{}, false
	}
	return c, true
}

func choose[T any](when func(*Vars) bool, yes, no func(*Vars) T) func(*Vars) T {
	return func(v *Vars) T {
		if when(v) {
			return yes(v)
		}
		return no(v)
	}
}

// element returns the code for list[i]. An index below zero counts from the end, as in expr.
func (g *generator) element(n *ast.MemberNode) (code, bool) {
	from, ok1 := g.code(n.Node)
	index, ok2 := g.code(n.Property)
	if !ok1 || !ok2 || from.kind != list || index.kind != whole {
		return code{}, false
	}
	return code{kind: text, constant: from.constant && index.constant, text: func(v *Vars) string {
		texts, i := from.list(v), index.whole(v)
		if i < 0 {
			i += len(texts)
		}
		if i < 0 || i >= len(texts) {
			fail("there is no element %d in a list of %d", index.whole(v), len(texts))
		}
		return texts[i]
	}}, true
}
