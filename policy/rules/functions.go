package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lacquer/message"
)

// longestText is how many bytes a function may make of shorter texts. Without it a few nested calls of replace would fill the memory.
const longestText = 64 << 10

// function is a function of expressions. Those without a call of their own are the ones that expr has under that name.
type function struct {
	name, form, about string
	call              func(arguments ...any) (any, error)
	types             []any // signatures of call
}

var functions = []function{
	{name: "lower", form: "lower(text) → text", about: "in small letters"},
	{name: "upper", form: "upper(text) → text", about: "in capitals"},
	{name: "trim", form: "trim(text[, characters]) → text", about: "without white space, or these characters, at both ends"},
	{name: "trimPrefix", form: "trimPrefix(text, prefix) → text", about: "without this beginning"},
	{name: "trimSuffix", form: "trimSuffix(text, suffix) → text", about: "without this end"},
	{name: "replace", form: "replace(text, old, new) → text", about: "with every old replaced; fails past 64 KiB",
		call: replace, types: []any{new(func(string, string, string) string)}},
	{name: "split", form: "split(text, separator) → list", about: "the pieces; `split(req.path, \"/\")[1]` is the first segment of a path"},
	{name: "join", form: "join(list, separator) → text", about: "the pieces as one text; fails past 64 KiB",
		call: join, types: []any{new(func([]string, string) string), new(func([]any, string) string)}},
	{name: "indexOf", form: "indexOf(text, part) → whole number", about: "where the part begins, -1 if it does not occur"},
	{name: "hasPrefix", form: "hasPrefix(text, prefix) → true or false", about: "the same as `startsWith`"},
	{name: "hasSuffix", form: "hasSuffix(text, suffix) → true or false", about: "the same as `endsWith`"},
	{name: "len", form: "len(text or list) → whole number", about: "how many characters or elements"},
	{name: "first", form: "first(list) → text", about: "the first element"},
	{name: "last", form: "last(list) → text", about: "the last element"},
	{name: "int", form: "int(text or number) → whole number", about: "fails on a text that is no number: the rule is then skipped"},
	{name: "float", form: "float(text or number) → number", about: "likewise"},
	{name: "string", form: "string(value) → text", about: "as it would stand in `{{ }}`",
		call: toText, types: []any{new(func(any) string)}},
	{name: "abs", form: "abs(number) → number", about: "without its sign"},
	{name: "min", form: "min(number, ...) → number", about: "the smallest"},
	{name: "max", form: "max(number, ...) → number", about: "the largest"},
	{name: "duration", form: "duration(text) → duration", about: "`duration(\"5m\")`, in the units of the configuration: ms, s, m, h, d, w",
		call: toDuration, types: []any{new(func(string) time.Duration)}},
}

// functionNames are the names of all functions.
var functionNames = func() []string {
	names := make([]string, len(functions))
	for i := range functions {
		names[i] = functions[i].name
	}
	return names
}()

func isFunction(name string) bool { return slices.Contains(functionNames, name) }

func replace(arguments ...any) (any, error) {
	return replaceText(arguments[0].(string), arguments[1].(string), arguments[2].(string))
}

func replaceText(s, old, with string) (string, error) {
	if grown := len(s) + strings.Count(s, old)*(len(with)-len(old)); grown > longestText {
		return "", fmt.Errorf("replace would make a text of %d bytes, longer than %d", grown, longestText)
	}
	return strings.ReplaceAll(s, old, with), nil
}

func join(arguments ...any) (any, error) {
	var texts []string
	switch list := arguments[0].(type) {
	case []string:
		texts = list
	case []any:
		texts = make([]string, len(list))
		for i := range list {
			text, err := textOf(list[i])
			if err != nil {
				return "", err
			}
			texts[i] = text
		}
	}
	return joinTexts(texts, arguments[1].(string))
}

func joinTexts(texts []string, separator string) (string, error) {
	length := len(texts) * len(separator)
	for _, text := range texts {
		length += len(text)
	}
	if length > longestText {
		return "", fmt.Errorf("join would make a text of %d bytes, longer than %d", length, longestText)
	}
	return strings.Join(texts, separator), nil
}

func toDuration(arguments ...any) (any, error) { return parseDuration(arguments[0].(string)) }

func toText(arguments ...any) (any, error) { return textOf(arguments[0]) }

// textOf writes a value as it stands in a header field or a key.
func textOf(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case int:
		return strconv.Itoa(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	case time.Duration:
		return durationText(value), nil
	case time.Time:
		return message.FormatDate(value), nil
	case []string:
		return strings.Join(value, ", "), nil
	case []any:
		texts := make([]string, len(value))
		for i := range value {
			text, err := textOf(value[i])
			if err != nil {
				return "", err
			}
			texts[i] = text
		}
		return strings.Join(texts, ", "), nil
	}
	return "", fmt.Errorf("a value of type %T cannot be written as text", value)
}
