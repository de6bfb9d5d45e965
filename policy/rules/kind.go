package rules

import (
	"reflect"
	"time"
)

// kind is what an expression yields.
type kind uint8

const (
	anything kind = iota // the checker cannot tell
	truth
	text
	whole
	real
	span
	moment
	list
)

var kindNames = [...]string{"value of no certain type", "true or false", "text", "whole number", "number", "duration", "time", "list of texts"}

func (k kind) String() string { return kindNames[k] }

// kindTypes are the types that stand for kinds in Go, and so in the checker.
var kindTypes = [...]reflect.Type{
	anything: reflect.TypeFor[any](),
	truth:    reflect.TypeFor[bool](),
	text:     reflect.TypeFor[string](),
	whole:    reflect.TypeFor[int](),
	real:     reflect.TypeFor[float64](),
	span:     reflect.TypeFor[time.Duration](),
	moment:   reflect.TypeFor[time.Time](),
	list:     reflect.TypeFor[[]string](),
}

func kindOf(t reflect.Type) kind {
	for k, known := range kindTypes {
		if t == known {
			return kind(k)
		}
	}
	return anything
}
