package rules

import "strings"

// fit says what may stand in a place. A rule must not fail, and with it what it decides, because a visitor sent a line end: what expressions yield
// is made harmless first. Only what cannot be mended is refused then.
type fit struct {
	mend  func(string) string // of what an expression yields; nil leaves it
	check func(string) error  // of the whole; nil accepts anything
}

// The places.
var (
	anyText     = fit{}
	inField     = fit{mend: withoutControls, check: checkField}
	inLine      = fit{mend: withoutControls, check: checkLine}
	inURL       = fit{mend: encoded, check: checkURL}
	inLocation  = fit{mend: encoded, check: checkLocation}
	inAuthority = fit{check: checkHost}
)

// around returns what yields the mended texts of work.
func (f fit) around(work func(*Vars) string) func(*Vars) string {
	if f.mend == nil {
		return work
	}
	return func(v *Vars) string { return f.mend(work(v)) }
}

// withoutControls puts spaces in the place of what would end a line, or is no text.
func withoutControls(s string) string {
	bad := func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }
	return replaceBytes(s, bad, func(b *strings.Builder, _ byte) { b.WriteByte(' ') })
}

// encoded writes in percent-encoding what cannot stand in a URL, and what would end its path and query.
func encoded(s string) string {
	const hex = "0123456789ABCDEF"
	bad := func(c byte) bool { return c <= ' ' || c >= 0x7f || c == '#' }
	return replaceBytes(s, bad, func(b *strings.Builder, c byte) {
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	})
}

// replaceBytes returns s with other text in the place of bad bytes. It allocates only where there are some.
func replaceBytes(s string, bad func(byte) bool, replace func(*strings.Builder, byte)) string {
	for i := 0; i < len(s); i++ {
		if !bad(s[i]) {
			continue
		}
		var b strings.Builder
		for j := 0; j < len(s); j++ {
			if bad(s[j]) {
				replace(&b, s[j])
			} else {
				b.WriteByte(s[j])
			}
		}
		return b.String()
	}
	return s
}
