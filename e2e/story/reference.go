package story

import (
	"fmt"
	"strings"
)

// Reference returns all that a script can say, in Markdown, for the README.
func Reference() string {
	var b strings.Builder
	chapter := func(title string, list []sentence) {
		fmt.Fprintf(&b, "### %s\n\n", title)
		for _, s := range list {
			entry(&b, s.usage, s.help+beneath(s.block))
		}
		b.WriteString("\n")
	}
	chapter("The story", storySentences())
	chapter("The origin", originSentences())
	chapter("The proxy", proxySentences())
	chapter("Clients", clientSentences("client NAME"))
	b.WriteString("The same can be said of a `herd SIZE`: so many clients, who all do the same at once, and of each of whom the same is expected. " +
		"Its size is its name.\n\n")

	b.WriteString("### Beneath `origin answers`\n\n")
	for _, l := range answerLines() {
		entry(&b, l.usage, l.help)
	}
	b.WriteString("\n### Beneath `client sends`\n\n")
	for _, l := range requestLines() {
		entry(&b, l.usage, l.help)
	}
	b.WriteString("\n### Beneath `client gets` and `origin saw`: expectations\n\n")
	for _, l := range expectationLines() {
		entry(&b, l.usage, l.help)
	}
	return b.String()
}

func entry(b *strings.Builder, usage, help string) { fmt.Fprintf(b, "- `%s`: %s.\n", usage, help) }

// beneath says what may stand indented beneath a sentence.
func beneath(block string) string {
	if block == "" {
		return ""
	}
	return " (*" + block + "*)"
}
