package daemon

import (
	"encoding/json"
	"strings"

	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

// schema is a JSON Schema, or a part of one.
type schema map[string]any

// Schema returns a JSON Schema (draft 2020-12) of configurations, for editors. It is made from the tables by which configurations, rules
// and tests are read.
func Schema() []byte {
	root := configSettings().object("")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Lacquer's configuration"
	root["$defs"] = schema{"rule": ruleForm(), "test": testForm()}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("BUG: the schema is no JSON: " + err.Error())
	}
	return append(text, '\n')
}

// object describes the keys beneath a section, "" for the root. What is not in this version is not described.
func (s settings[T]) object(section string) schema {
	properties := schema{}
	for _, name := range s.namesIn(section) {
		key := name
		if section != "" {
			key = section + "." + name
		}
		one, ok := s.find(key)
		switch {
		case ok && s.isSection(key):
			properties[name] = described(anyOf(one.value(), s.object(key)), one.help)
		case ok:
			properties[name] = described(one.value(), one.help)
		default:
			properties[name] = s.object(key)
		}
	}
	return object(properties)
}

// value describes what may stand behind a key.
func (s setting[T]) value() schema {
	if s.form == nil {
		return schema{} // anything
	}
	if s.list {
		return listOf(s.form)
	}
	return s.form
}

func object(properties schema, required ...string) schema {
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func anyOf(forms ...schema) schema { return schema{"anyOf": forms} }

// listOf describes a list, which may be written as one value if it has but one.
func listOf(item schema) schema { return anyOf(schema{"type": "array", "items": item}, item) }

// described returns a copy of a schema with a description.
func described(s schema, help string) schema {
	if help == "" {
		return s
	}
	c := schema{"description": help}
	for name, value := range s {
		c[name] = value
	}
	return c
}

// variableInside matches texts with ${NAME}, which may stand for anything.
const variableInside = `\$\{.*\}`

// Forms of single values.
var (
	textForm   = schema{"type": []string{"string", "number", "boolean"}}
	stringForm = schema{"type": "string"}
	boolForm   = anyOf(schema{"type": "boolean"}, schema{"type": "string", "pattern": variableInside})
	sizeForm   = anyOf(
		schema{"type": "integer", "minimum": 0},
		schema{"type": "string", "pattern": `^[0-9]+(\.[0-9]+)? ?([KkMmGgTt]?[Ii]?[Bb])?$|` + variableInside},
	)
	numberForm = anyOf(
		schema{"type": "integer", "minimum": 1, "maximum": mostNumber},
		schema{"type": "string", "pattern": variableInside},
	)
	durationForm = anyOf(
		schema{"const": 0},
		schema{"type": "string", "pattern": `^(0|([0-9]+(\.[0-9]+)?(w|d|h|ms|m|s))+)$|` + variableInside},
	)
	// wishedDurationForm is a duration or an expression that yields one.
	wishedDurationForm = anyOf(durationForm, schema{"type": "string", "pattern": `\{\{.*\}\}`})
	trueForm           = schema{"const": true}
)

func wordForm(words ...string) schema { return schema{"enum": words} }

// formOf describes how a value of this type is written.
func formOf[V any]() schema {
	switch any(*new(V)).(type) {
	case Size:
		return sizeForm
	case duration:
		return durationForm
	case bool:
		return boolForm
	}
	return stringForm
}

// backendsForm describes backends: a name for each, and its URL or its keys.
func backendsForm() schema {
	return schema{"type": "object", "additionalProperties": anyOf(stringForm, backendSettings().object(""))}
}

// listedForm describes a list whose items are written out or lie in files.
func listedForm(item string) schema {
	ref := schema{"$ref": "#/$defs/" + item}
	return anyOf(stringForm, schema{"type": "array", "items": anyOf(ref, stringForm)})
}

// ruleForm describes a rule by the table of actions.
func ruleForm() schema {
	steps := make([]string, rules.Steps)
	for step := range rules.Steps {
		steps[step], _ = rules.StepNames(step)
	}
	properties := schema{
		"name": described(textForm, "what stands in logs and explanations; no two are the same"),
		"on":   described(wordForm(steps...), "the step at which it applies"),
		"when": described(textForm, "an expression; without it, always"),
	}
	for _, action := range rules.Actions() {
		form, ok := actionForms()[action.Name]
		if !ok {
			panic("BUG: no form for the action " + action.Name)
		}
		var at []string
		for _, step := range action.Steps {
			at = append(at, step.String())
		}
		properties[action.Name] = described(form, action.About+" (at "+strings.Join(at, ", ")+")")
	}
	return object(properties)
}

// actionForms are the forms of what stands behind each action.
func actionForms() map[string]schema {
	texts := listOf(textForm)
	fields := schema{"type": "object", "additionalProperties": textForm}
	patterns := object(schema{"keep": texts, "drop": texts, "sort": schema{"type": "boolean"}})
	status := anyOf(schema{"type": "integer", "minimum": 200, "maximum": 599}, stringForm)
	return map[string]schema{
		"pass":                   trueForm,
		"pipe":                   trueForm,
		"stop":                   trueForm,
		"respond":                object(schema{"status": status, "headers": fields, "body": textForm, "file": stringForm}),
		"redirect":               anyOf(stringForm, object(schema{"to": stringForm, "status": status}, "to")),
		"backend":                stringForm,
		"key":                    texts,
		"query":                  patterns,
		"cookies":                patterns,
		"obey":                   anyOf(trueForm, listOf(wordForm("no-cache", "max-age", "min-fresh", "max-stale", "only-if-cached"))),
		"url":                    stringForm,
		"host":                   stringForm,
		"set":                    fields,
		"add":                    fields,
		"unset":                  texts,
		"ttl":                    wishedDurationForm,
		"stale_while_revalidate": wishedDurationForm,
		"stale_if_error":         wishedDurationForm,
		"keep":                   wishedDurationForm,
		"early_refresh":          schema{"type": "boolean"},
		"store":                  schema{"type": "boolean"},
		"tags":                   texts,
		"restart":                anyOf(trueForm, object(schema{"url": stringForm, "set": fields})),
		"retry":                  anyOf(trueForm, stringForm),
		"log":                    textForm,
		"count":                  stringForm,
		"rules":                  schema{"type": "array", "items": schema{"$ref": "#/$defs/rule"}},
	}
}

// testForm describes a test of rules by the table of its keys.
func testForm() schema { return groupForm(trial.Keys()) }

func groupForm(keys []trial.Key) schema {
	properties := schema{}
	var required []string
	for _, k := range keys {
		properties[k.Name] = described(keyForm(k), k.Help)
		if k.Required {
			required = append(required, k.Name)
		}
	}
	return object(properties, required...)
}

// keyForm describes what stands behind a key of a test.
func keyForm(k trial.Key) schema {
	switch k.Form {
	case trial.Bool:
		return schema{"type": "boolean"}
	case trial.Status:
		return schema{"type": "integer", "minimum": 200, "maximum": 599}
	case trial.Duration:
		return durationForm
	case trial.Texts, trial.RulesOf:
		return listOf(textForm)
	case trial.Fields:
		value := anyOf(schema{"type": []string{"string", "number", "boolean", "null"}}, schema{"type": "array", "items": textForm})
		return schema{"type": "object", "additionalProperties": value}
	case trial.OutcomeOf:
		return wordForm(trial.Outcomes()...)
	case trial.ReasonOf:
		return wordForm(trial.Reasons()...)
	case trial.KeyParts:
		return anyOf(listOf(textForm), object(schema{"contains": listOf(textForm)}, "contains"))
	case trial.Group:
		return groupForm(k.Keys)
	}
	return textForm
}
