package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lacquer/message"
)

// code is a compiled expression: a function of the kind that it yields, or value for one whose kind only a run can tell. It ends with a
// panic of type failure where the expression cannot be worked out; whoever runs it recovers.
type code struct {
	kind     kind
	constant bool // it yields the same for every request

	truth  func(*Vars) bool
	text   func(*Vars) string
	whole  func(*Vars) int
	span   func(*Vars) time.Duration
	moment func(*Vars) time.Time
	list   func(*Vars) []string
	value  func(*Vars) any
}

// failure is what a compiled expression panics with.
type failure struct{ err error }

func (f failure) Error() string { return f.err.Error() }

func fail(format string, arguments ...any) { panic(failure{fmt.Errorf(format, arguments...)}) }

func constantTruth(b bool) code {
	return code{kind: truth, constant: true, truth: func(*Vars) bool { return b }}
}

func constantText(s string) code {
	return code{kind: text, constant: true, text: func(*Vars) string { return s }}
}

func constantWhole(n int) code {
	return code{kind: whole, constant: true, whole: func(*Vars) int { return n }}
}

func constantSpan(d time.Duration) code {
	return code{kind: span, constant: true, span: func(*Vars) time.Duration { return d }}
}

// asText returns what stands for the value in a template.
func (c code) asText() func(*Vars) string {
	switch c.kind {
	case truth:
		return func(v *Vars) string { return strconv.FormatBool(c.truth(v)) }
	case text:
		return c.text
	case whole:
		return func(v *Vars) string { return strconv.Itoa(c.whole(v)) }
	case span:
		return func(v *Vars) string { return durationText(c.span(v)) }
	case moment:
		return func(v *Vars) string { return message.FormatDate(c.moment(v)) }
	case list:
		return func(v *Vars) string { return strings.Join(c.list(v), ", ") }
	}
	return func(v *Vars) string {
		s, err := textOf(c.value(v))
		if err != nil {
			panic(failure{err})
		}
		return s
	}
}

// boxed returns the value as the VM wants it.
func (c code) boxed() func(*Vars) any {
	switch c.kind {
	case truth:
		return func(v *Vars) any { return c.truth(v) }
	case text:
		return func(v *Vars) any { return c.text(v) }
	case whole:
		return func(v *Vars) any { return c.whole(v) }
	case span:
		return func(v *Vars) any { return c.span(v) }
	case moment:
		return func(v *Vars) any { return c.moment(v) }
	case list:
		return func(v *Vars) any { return c.list(v) }
	}
	return c.value
}

// worked returns the value of a constant, which may fail as any expression.
func (c code) worked() (value any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = asError(r)
		}
	}()
	return c.boxed()(&Vars{}), nil
}

// asError returns the error that a panic stands for. One that is no failure is a fault of ours, but no reason to take a request down.
func asError(recovered any) error {
	if f, ok := recovered.(failure); ok {
		return f.err
	}
	return fmt.Errorf("%v", recovered)
}
