package admin_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// schemas are the components of the description, as it was read.
type schemas map[string]any

// check returns what about a value is not as its schema says: of JSON Schema, what the description uses, and an error for what it does not.
func (all schemas) check(at string, schema map[string]any, value any) (wrong []string) {
	say := func(format string, a ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, a...)) }
	for keyword := range schema {
		switch keyword {
		case "$ref", "type", "enum", "properties", "required", "additionalProperties", "items", "minimum", "maximum", "default", "description":
		default:
			say("the schema has %q, which is not understood", keyword)
		}
	}
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		target, ok := all[name].(map[string]any)
		if !ok {
			say("there is no schema %s", ref)
			return wrong
		}
		return append(wrong, all.check(at, target, value)...)
	}
	if kind := kindOf(value); kind != schema["type"] && (kind != "integer" || schema["type"] != "number") {
		say("is %s, not %v", kind, schema["type"])
		return wrong
	}
	if options, ok := schema["enum"].([]any); ok && !slices.Contains(options, value) {
		say("%v is none of %v", value, options)
	}
	switch value := value.(type) {
	case map[string]any:
		wrong = append(wrong, all.checkObject(at, schema, value)...)
	case []any:
		items := schema["items"].(map[string]any)
		for i, v := range value {
			wrong = append(wrong, all.check(fmt.Sprint(at, "[", i, "]"), items, v)...)
		}
	}
	return wrong
}

func (all schemas) checkObject(at string, schema, value map[string]any) (wrong []string) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := value[name.(string)]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %v is missing", at, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		property, known := properties[name].(map[string]any)
		if !known {
			if property, known = schema["additionalProperties"].(map[string]any); !known {
				wrong = append(wrong, fmt.Sprintf("%s: %s is not in the schema", at, name))
				continue
			}
		}
		wrong = append(wrong, all.check(at+"."+name, property, value[name])...)
	}
	return wrong
}

// kindOf names the type of a value as JSON or YAML has read it.
func kindOf(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case uint64, int64, int:
		return "integer"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return fmt.Sprintf("%T", value)
}
