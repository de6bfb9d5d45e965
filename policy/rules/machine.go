package rules

import (
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// patch replaces the largest parts of a tree that have closures by calls of these, so that the VM never reaches for variables by
// reflection. Constants stay: some of expr's operators want to see them.
func (g *generator) patch(n *ast.Node) {
	if c, ok := g.code(*n); ok && !c.constant {
		*n = call(c, *n)
		return
	}
	switch n := (*n).(type) {
	case *ast.UnaryNode:
		g.patch(&n.Node)
	case *ast.BinaryNode:
		g.patch(&n.Left)
		g.patch(&n.Right)
	case *ast.ConditionalNode:
		g.patch(&n.Cond)
		g.patch(&n.Exp1)
		g.patch(&n.Exp2)
	case *ast.ArrayNode:
		g.patchAll(n.Nodes)
	case *ast.SliceNode:
		g.patch(&n.Node)
		if n.From != nil {
			g.patch(&n.From)
		}
		if n.To != nil {
			g.patch(&n.To)
		}
	case *ast.MemberNode:
		g.patch(&n.Node)
		g.patch(&n.Property)
	case *ast.BuiltinNode:
		g.patchAll(n.Arguments)
	case *ast.CallNode:
		if v := variableOf(n); v != nil {
			g.patchNamed(v, n)
			return
		}
		g.patchAll(n.Arguments)
	}
}

func (g *generator) patchAll(nodes []ast.Node) {
	for i := range nodes {
		g.patch(&nodes[i])
	}
}

// patchNamed makes a call such as req.header(name), whose name the VM works out, one of a function that gets the name.
func (g *generator) patchNamed(v *variable, n *ast.CallNode) {
	read := v.named
	g.patch(&n.Arguments[0])
	n.Arguments = []ast.Node{envArgument(), n.Arguments[0]}
	n.Callee = constantNode(func(env, name any) string { return read(env.(*Vars), name.(string)) })
}

func constantNode(f any) ast.Node {
	c := &ast.ConstantNode{Value: f}
	c.SetType(reflect.TypeOf(f))
	return c
}

// call returns the node that calls a closure. For the signatures with a result of their own the VM has a short way; the others are called as
// functions of any value, and the node says what they yield.
func call(c code, old ast.Node) ast.Node {
	var f any
	switch c.kind {
	case truth:
		f = func(env any) bool { return c.truth(env.(*Vars)) }
	case text:
		f = func(env any) string { return c.text(env.(*Vars)) }
	case whole:
		f = func(env any) int { return c.whole(env.(*Vars)) }
	default:
		boxed := c.boxed()
		f = func(arguments ...any) any { return boxed(arguments[0].(*Vars)) }
	}
	n := &ast.CallNode{Callee: constantNode(f), Arguments: []ast.Node{envArgument()}}
	n.SetLocation(old.Location())
	n.SetType(kindTypes[c.kind])
	return n
}

// machines are VMs that are not in use: a VM serves one goroutine.
var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// programCode returns the code that runs a program whose result is of a kind.
func programCode(program *vm.Program, k kind) code {
	run := func(v *Vars) any {
		m := machines.Get().(*vm.VM)
		result, err := m.Run(program, v)
		clear(m.Stack) // nothing of this request may be held
		machines.Put(m)
		if err != nil {
			panic(failure{shortened(err)})
		}
		return result
	}
	c := code{kind: k}
	switch k {
	case truth:
		c.truth = func(v *Vars) bool { return run(v).(bool) }
	case text:
		c.text = func(v *Vars) string { return run(v).(string) }
	case whole:
		c.whole = func(v *Vars) int { return run(v).(int) }
	case span:
		c.span = func(v *Vars) time.Duration { return run(v).(time.Duration) }
	case moment:
		c.moment = func(v *Vars) time.Time { return run(v).(time.Time) }
	case list:
		c.list = func(v *Vars) []string { return textsOf(run(v)) }
	default:
		c.value = run
	}
	return c
}

// textsOf returns a list of texts: those that an expression writes out come from the VM as a list of any values.
func textsOf(value any) []string {
	values, ok := value.([]any)
	if !ok {
		return value.([]string)
	}
	texts := make([]string, len(values))
	for i := range values {
		texts[i] = values[i].(string)
	}
	return texts
}

// shortened takes the lines that expr draws beneath its errors away: a log line is one line.
func shortened(err error) error {
	var located *file.Error
	if errors.As(err, &located) {
		return errors.New(ourWords(located.Message))
	}
	return err
}
