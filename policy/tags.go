package policy

import (
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"

	"lacquer/message"
)

// Split says how the tags in a field stand apart. There is no one way for all: a comma is part of a tag where they are split at spaces.
type Split uint8

// Ways in which tags stand apart.
const (
	BySpace     Split = iota + 1
	ByComma           // with white space around
	ByAny             // at commas, semicolons and spaces: where applications do not agree
	AsOne             // the whole value is one tag
	AsStructure       // a structured list of strings (RFC 9651)
)

// TagField is a response field that holds tags.
type TagField struct {
	Name  string
	Split Split
	Stays bool // it is not taken off before the response goes to clients, being meant for them, too
}

// TagFields are the fields that applications write their tags into, unless the configuration says otherwise.
func TagFields() []TagField {
	return []TagField{
		{Name: "Cache-Groups", Split: AsStructure, Stays: true}, // RFC 9875
		{Name: "Surrogate-Key", Split: BySpace},                 // Fastly, Pantheon
		{Name: "xkey", Split: BySpace},                          // Varnish's xkey: Ibexa, Shopware, FOSHttpCache
		{Name: "X-Key", Split: BySpace},
		{Name: "Cache-Tag", Split: ByComma},      // Cloudflare
		{Name: "Edge-Cache-Tag", Split: ByComma}, // Akamai
		{Name: "CDN-Tag", Split: ByComma},        // Bunny
		{Name: "Cache-Tags", Split: ByAny},       // Drupal by spaces, API Platform by commas
		{Name: "X-Cache-Tags", Split: ByAny},     // FOSHttpCache, TYPO3
		{Name: "X-Magento-Tags", Split: ByComma},
		{Name: "Purge-Cache-Tags", Split: ByAny},
		{Name: "X-Acquia-Purge-Tags", Split: ByAny},
		{Name: "X-Tags", Split: ByAny},
		{Name: "TYPO3-Pid", Split: AsOne},
	}
}

const (
	maxTags   = 1000 // of one response; what comes after is left out
	maxTagLen = 1024 // bytes; a longer one is left out
)

// TagsOf returns the tags in a response's fields, each once, in the order of their names.
func TagsOf(h message.Header, fields []TagField) []string {
	var tags []string
	for _, f := range fields {
		if !h.Has(f.Name) {
			continue
		}
		if f.Split == AsStructure {
			tags = append(tags, structured(slices.Collect(h.Values(f.Name)))...)
			continue
		}
		for value := range h.Values(f.Name) {
			tags = append(tags, f.Split.split(value)...)
		}
	}
	return Tidy(tags)
}

// Tidy sorts tags, and leaves out what is empty, stands twice, is too long or too many.
func Tidy(tags []string) []string {
	tags = slices.DeleteFunc(tags, func(t string) bool { return t == "" || len(t) > maxTagLen })
	slices.Sort(tags)
	tags = slices.Compact(tags)
	return tags[:min(len(tags), maxTags)]
}

// split cuts a value into tags, some of which may be empty.
func (s Split) split(value string) []string {
	switch s {
	case BySpace:
		return strings.Fields(value)
	case ByComma:
		tags := strings.Split(value, ",")
		for i := range tags {
			tags[i] = strings.TrimSpace(tags[i])
		}
		return tags
	case ByAny:
		return strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(",; \t", c) })
	default:
		return []string{strings.TrimSpace(value)}
	}
}

// structured reads a list of strings. One that is malformed counts as not there (RFC 9651 section 4.2), and so does a member that
// is no string.
func structured(lines []string) []string {
	list, err := httpsfv.UnmarshalList(lines)
	if err != nil {
		return nil
	}
	var tags []string
	for _, member := range list {
		if item, ok := member.(httpsfv.Item); ok {
			if tag, ok := item.Value.(string); ok {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// DropTags takes the tag fields off that are not meant for clients.
func DropTags(h *message.Header, fields []TagField) {
	h.DelFunc(func(line message.Field) bool {
		return slices.ContainsFunc(fields, func(f TagField) bool {
			return !f.Stays && message.EqualFold(f.Name, line.Name)
		})
	})
}
