package daemon

import (
	"fmt"
	"slices"
	"strings"

	"lacquer/message"
	"lacquer/policy"
)

// splits are the words for how tags stand apart in a field.
var splits = []struct {
	word  string
	split policy.Split
}{
	{"space", policy.BySpace},
	{"comma", policy.ByComma},
	{"any", policy.ByAny},
	{"whole", policy.AsOne},
	{"structured", policy.AsStructure},
}

func splitWords() []string {
	words := make([]string, len(splits))
	for i, s := range splits {
		words[i] = s.word
	}
	return words
}

// tagFields is the list of fields that hold tags. It replaces the default list.
func tagFields() setting[Config] {
	s := many("purge.tags.headers", func(c *Config) *[]policy.TagField { return &c.Purge.Tags }, tagField)
	s.pairs = true
	return s.written(schema{"anyOf": []schema{
		{"type": "string"},
		{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": wordForm(splitWords()...)},
	}})
}

// tagField reads a field that holds tags: its name, where it is one of those that applications use; else the name and, behind a colon,
// how its tags stand apart.
func tagField(text string) (policy.TagField, error) {
	name, word, hasWord := strings.Cut(text, ":")
	name, word = strings.TrimSpace(name), strings.TrimSpace(word)
	if !message.IsToken(name) {
		return policy.TagField{}, fmt.Errorf("%q cannot be the name of a field", name)
	}
	known := policy.TagFields()
	i := slices.IndexFunc(known, func(f policy.TagField) bool { return message.EqualFold(f.Name, name) })
	if !hasWord {
		if i < 0 {
			return policy.TagField{}, fmt.Errorf("it is not known how tags stand apart in %s; write %s: comma, or one of %s", name, name, strings.Join(splitWords(), ", "))
		}
		return known[i], nil
	}
	field := policy.TagField{Name: name}
	if i >= 0 {
		field.Stays = known[i].Stays
	}
	for _, s := range splits {
		if s.word == word {
			field.Split = s.split
			return field, nil
		}
	}
	return policy.TagField{}, fmt.Errorf("tags do not stand apart by %q; write one of %s", word, strings.Join(splitWords(), ", "))
}
