package rules

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/expr-lang/expr/ast"

	"lacquer/message"
)

// reading is the look at an expression's tree before expr checks its types: every name must be one that the step has, and nothing may
// run long. What is wrong is reported where it stands, all of it at once.
type reading struct {
	*compiler
	source source
	step   Step
	faults int
}

func (r *reading) fault(n ast.Node, text, hint string) {
	r.faults++
	r.problemIn(r.source, r.source.offset(n.Location().From), text, hint)
}

// offset turns a number of characters, in which expr counts, into a number of bytes.
func (s source) offset(characters int) int {
	for i := range s.text() {
		if characters == 0 {
			return i
		}
		characters--
	}
	return len(s.text())
}

// read looks at a node and all beneath it.
func (r *reading) read(n ast.Node) {
	switch n := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
	case *ast.IdentifierNode:
		r.readVariable(n, n.Value)
	case *ast.UnaryNode:
		r.read(n.Node)
	case *ast.BinaryNode:
		r.readOperation(n)
	case *ast.ConditionalNode:
		r.readAll(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		r.readAll(n.Nodes...)
	case *ast.MemberNode:
		r.readMember(n)
	case *ast.SliceNode:
		r.readAll(n.Node, n.From, n.To)
	case *ast.CallNode:
		r.readCall(n)
	case *ast.BuiltinNode:
		r.readFunction(n, n.Name, n.Arguments)
	default:
		r.refuse(n)
	}
}

func (r *reading) readAll(nodes ...ast.Node) {
	for _, n := range nodes {
		if n != nil {
			r.read(n)
		}
	}
}

// refuse names the parts of expr's language that are left out here: loops, which could hold up requests without end, what only
// loops need, and nil, which no variable ever is.
func (r *reading) refuse(n ast.Node) {
	switch n.(type) {
	case *ast.NilNode:
		r.fault(n, "nothing is ever nil", `what is absent is the empty text: compare with ""`)
	case *ast.ChainNode:
		r.fault(n, "nothing is ever nil, so ?. has no use", "write . or [ ]")
	case *ast.VariableDeclaratorNode:
		r.fault(n, "let cannot be used in rules", "write the expression where it is needed")
	case *ast.SequenceNode:
		r.fault(n, "an expression is one expression", "take the ; away")
	case *ast.MapNode:
		r.fault(n, "maps cannot be used in rules", "")
	case *ast.BytesNode:
		r.fault(n, "texts of bytes cannot be used in rules", "leave the b before the quotes out")
	default:
		r.fault(n, "loops over lists cannot be used in rules, they could run long", `for one element among constants write: x in ["a", "b"]`)
	}
}

func (r *reading) readOperation(n *ast.BinaryNode) {
	switch n.Operator {
	case "..":
		r.fault(n, "ranges cannot be used in rules, they could run long", "compare with both ends: x >= 1 && x <= 9")
		return
	case "??":
		r.fault(n, "nothing is ever nil, so ?? has no use", `what is absent is the empty text: x != "" ? x : "other"`)
		return
	case "matches":
		if _, constant := n.Right.(*ast.StringNode); !constant {
			r.fault(n.Right, "the pattern of matches must be a constant text, it would be compiled at each request", "use contains, startsWith or ==")
			return
		}
	case "&&":
		if chained(n) {
			// The two comparisons share a node: chains within chains would double the work with each level.
			r.fault(n, "comparisons cannot be chained", "write a < b && b < c")
			return
		}
	}
	r.readAll(n.Left, n.Right)
}

// chained reports whether a conjunction is what expr makes of a < b < c.
func chained(n *ast.BinaryNode) bool {
	left, ok := n.Left.(*ast.BinaryNode)
	if ok && left.Operator == "&&" {
		left, ok = left.Right.(*ast.BinaryNode)
	}
	right, both := n.Right.(*ast.BinaryNode)
	return ok && both && left.Right == right.Left
}

// readMember reads a.b.c, which is a variable, or a[i], which is an element of a list.
func (r *reading) readMember(n *ast.MemberNode) {
	if name, ok := dotted(n); ok {
		r.readVariable(n, name)
		return
	}
	if name, ok := n.Property.(*ast.StringNode); ok {
		r.fault(n, fmt.Sprintf("there is nothing called %s here", name.Value), "an element of a list is taken by its number: [0]")
		return
	}
	r.readAll(n.Node, n.Property)
}

// dotted returns the full name of what may be a variable.
func dotted(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		if !ok {
			return "", false
		}
		base, ok := dotted(n.Node)
		return base + "." + property.Value, ok
	}
	return "", false
}

func rootOf(n ast.Node) ast.Node {
	for {
		member, ok := n.(*ast.MemberNode)
		if !ok {
			return n
		}
		n = member.Node
	}
}

// readVariable reads a name that is not called.
func (r *reading) readVariable(n ast.Node, name string) {
	if v := r.variable(n, name); v != nil && v.call != "" {
		r.fault(n, name+" is to be called", "write "+name+v.call)
	}
}

// variable finds a variable of this step, and reports what is wrong with its name.
func (r *reading) variable(n ast.Node, name string) *variable {
	v := variablesByName[name]
	if v != nil && v.steps.has(r.step) {
		return v
	}
	root, _, _ := strings.Cut(name, ".")
	switch {
	case v != nil:
		r.fault(n, fmt.Sprintf("%s does not exist at %s", name, r.step), "it exists at "+v.steps.String())
	case isRoot(name):
		r.fault(n, name+" is no value by itself", below(name, r.step))
	case isFunction(name):
		r.fault(n, name+" is a function", "write "+name+"(...)")
	case isRoot(root):
		r.fault(n, "there is no "+name, didYouMean(name, namesBelow(root, r.step)))
	default:
		r.fault(rootOf(n), "there is no "+name, unknownName(name, r.step))
	}
	return nil
}

// below lists what a step has beneath a root.
func below(root string, step Step) string {
	if names := namesBelow(root, step); len(names) > 0 {
		return "it has " + strings.Join(names, ", ")
	}
	var s steps
	for i := range variables {
		if strings.HasPrefix(variables[i].name, root+".") {
			s |= variables[i].steps
		}
	}
	return "it exists at " + s.String()
}

// unknownName suggests what could be meant by a name that is not even the root of one. A name without quotes is often a text.
func unknownName(name string, step Step) string {
	for _, known := range namesBelow("", step) {
		if _, last, ok := strings.Cut(known, "."); ok && last == name {
			return "did you mean " + known + "?"
		}
	}
	if best := nearest(name, append(namesBelow("", step), functionNames...)); best != "" {
		return "did you mean " + best + "?"
	}
	return "a text stands in quotes"
}

func (r *reading) readCall(n *ast.CallNode) {
	name, ok := dotted(n.Callee)
	if !ok {
		r.fault(n, "only functions can be called", "")
		return
	}
	if _, member := n.Callee.(*ast.MemberNode); !member && variablesByName[name] == nil {
		r.readFunction(n, name, n.Arguments)
		return
	}
	v := r.variable(n.Callee, name)
	switch {
	case v == nil:
	case v.call == "":
		r.fault(n.Callee, name+" is not called", "leave the ( ) out")
	case v.member:
		r.readNetworks(n)
	default:
		r.readFieldName(v, n)
	}
}

// readFieldName reads the argument of header, cookie or param.
func (r *reading) readFieldName(v *variable, n *ast.CallNode) {
	r.readAll(n.Arguments...)
	if len(n.Arguments) != 1 {
		return // the checker says how many it takes
	}
	name, constant := n.Arguments[0].(*ast.StringNode)
	if constant && strings.HasSuffix(v.name, ".header") && !message.IsToken(name.Value) {
		r.fault(name, fmt.Sprintf("%q cannot be the name of a field", name.Value), "")
	}
}

// readNetworks reads the arguments of client.in, or the one list that they stand in, and spreads that out.
func (r *reading) readNetworks(n *ast.CallNode) {
	if len(n.Arguments) == 1 {
		if array, ok := n.Arguments[0].(*ast.ArrayNode); ok {
			n.Arguments = array.Nodes
		}
	}
	if len(n.Arguments) == 0 {
		r.fault(n, "client.in needs a network", `write client.in("10.0.0.0/8")`)
	}
	for _, argument := range n.Arguments {
		network, constant := argument.(*ast.StringNode)
		if !constant {
			r.fault(argument, "a network must be a constant text", `write client.in("10.0.0.0/8")`)
			continue
		}
		if _, err := parseNetwork(network.Value); err != nil {
			r.fault(argument, err.Error(), "")
		}
	}
}

// parseNetwork reads a network, or an address, which is the network of itself.
func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8 or 2001:db8::/32", text)
	}
	if masked := network.Masked(); masked != network {
		return netip.Prefix{}, fmt.Errorf("%q has bits of a host: the network is %s", text, masked)
	}
	return network, nil
}

func (r *reading) readFunction(n ast.Node, name string, arguments []ast.Node) {
	if !isFunction(name) {
		if _, ok := n.(*ast.BuiltinNode); ok && hasPredicate(arguments) {
			r.refuse(n)
			return
		}
		r.fault(n, "there is no function "+name, didYouMean(name, functionNames))
		return
	}
	r.readAll(arguments...)
	if name == "duration" && len(arguments) == 1 {
		if constant, ok := arguments[0].(*ast.StringNode); ok {
			if _, err := parseDuration(constant.Value); err != nil {
				r.fault(constant, err.Error(), "")
			}
		}
	}
}

func hasPredicate(arguments []ast.Node) bool {
	for _, a := range arguments {
		if _, ok := a.(*ast.PredicateNode); ok {
			return true
		}
	}
	return false
}
