package story

import "strings"

// archive takes a txtar archive apart: what stands before its first file, and its files in order. A file begins with a line
// "-- NAME --" and goes on until the next one.
func archive(text string) (comment string, files []field) {
	var b strings.Builder
	end := func() {
		if len(files) == 0 {
			comment = b.String()
		} else {
			files[len(files)-1].value = b.String()
		}
		b.Reset()
	}
	for l := range strings.Lines(text) {
		name, isMarker := fileMarker(strings.TrimRight(l, "\r\n"))
		if !isMarker {
			b.WriteString(l)
			continue
		}
		end()
		files = append(files, field{name: name})
	}
	end()
	return comment, files
}

func fileMarker(l string) (name string, ok bool) {
	name, ok = strings.CutPrefix(l, "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, " --")
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}
