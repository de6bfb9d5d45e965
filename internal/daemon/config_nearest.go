package daemon

import (
	"fmt"
	"strings"
)

// suggest returns what to write instead of an unknown key: the nearest key of the same section, or the same name in another
// section; else which keys the section has.
func (s settings[T]) suggest(key string) string {
	section, name := splitKey(key)
	siblings := s.namesIn(section)
	if best := nearest(name, siblings); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	for _, one := range s {
		if other, last := splitKey(one.key); last == name && other != section {
			return fmt.Sprintf("; it belongs beneath %q", other)
		}
	}
	return "; known here: " + strings.Join(siblings, ", ")
}

// nearest returns the known name that was meant by another, "" if none is near.
func nearest(name string, known []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, candidate := range known {
		if d := editDistance(strings.ToLower(name), strings.ToLower(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// namesIn returns the names that may stand directly in a section, sections among them, each once.
func (s settings[T]) namesIn(section string) []string {
	var names []string
	seen := map[string]bool{}
	for _, one := range s {
		rest := one.key
		if section != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, section+"."); !ok {
				continue
			}
		}
		name, _, _ := strings.Cut(rest, ".")
		if !one.unbuilt && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

func splitKey(key string) (section, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// editDistance counts the bytes to insert, drop, replace or swap with their neighbour until a is b (optimal string alignment).
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
