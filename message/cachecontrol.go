package message

import (
	"iter"
	"math"
)

// Absent is the value of a directive that is not there.
const Absent int64 = -1

// maxSeconds is the largest delta-seconds: larger ones count as this (RFC 9111 section 1.2.2).
const maxSeconds int64 = 1 << 31

// CacheControl is Cache-Control (RFC 9111 section 5.2) with its extensions of RFC 5861 and RFC 8246, or a field of the same
// syntax. Numbers are seconds, 0 to 2^31, or Absent.
type CacheControl struct {
	Present bool // a line of that name is there, whatever it holds

	NoStore         bool
	NoCache         bool // without field names
	Private         bool // without field names
	Public          bool
	MustRevalidate  bool
	ProxyRevalidate bool
	MustUnderstand  bool
	NoTransform     bool
	Immutable       bool
	OnlyIfCached    bool

	NoCacheFields string // the list of no-cache="...", as it stands between the quotes
	PrivateFields string // the list of private="...", likewise

	MaxAge               int64
	SMaxAge              int64
	StaleWhileRevalidate int64
	StaleIfError         int64
	MinFresh             int64
	MaxStale             int64 // math.MaxInt64 without an argument: however stale
}

// ParseCacheControl reads all lines of h called name, without allocating; strings are views of h.
//
// Doubt is resolved towards storing and using less: a malformed number is 0 (RFC 9111 section 4.2.1 encourages to take such a
// response for stale), of several numbers the smallest counts (of min-fresh the largest), a restriction holds whatever argument it
// carries, a permission only without one. A list of field names that is malformed, or comes twice, restricts the whole response.
func ParseCacheControl(h Header, name string) CacheControl {
	c := CacheControl{
		MaxAge: Absent, SMaxAge: Absent,
		StaleWhileRevalidate: Absent, StaleIfError: Absent,
		MinFresh: Absent, MaxStale: Absent,
	}
	for i := range h {
		if !EqualFold(h[i].Name, name) {
			continue
		}
		c.Present = true
		for line := h[i].Value; line != ""; {
			var d directive
			d, line = nextDirective(line)
			c.take(d)
		}
	}
	return c
}

// take adds one directive. Unknown ones mean nothing (RFC 9111 section 5.2.3).
func (c *CacheControl) take(d directive) {
	switch n := d.name; {
	case EqualFold(n, "max-age"):
		atMost(&c.MaxAge, d.seconds())
	case EqualFold(n, "s-maxage"):
		atMost(&c.SMaxAge, d.seconds())
	case EqualFold(n, "no-cache"):
		d.qualify(&c.NoCache, &c.NoCacheFields)
	case EqualFold(n, "no-store"):
		c.NoStore = true
	case EqualFold(n, "private"):
		d.qualify(&c.Private, &c.PrivateFields)
	case EqualFold(n, "public"):
		c.Public = c.Public || d.form == bare
	case EqualFold(n, "must-revalidate"):
		c.MustRevalidate = true
	case EqualFold(n, "proxy-revalidate"):
		c.ProxyRevalidate = true
	case EqualFold(n, "stale-while-revalidate"):
		atMost(&c.StaleWhileRevalidate, d.seconds())
	case EqualFold(n, "stale-if-error"):
		atMost(&c.StaleIfError, d.seconds())
	case EqualFold(n, "must-understand"):
		c.MustUnderstand = c.MustUnderstand || d.form == bare
	case EqualFold(n, "no-transform"):
		c.NoTransform = true
	case EqualFold(n, "immutable"):
		c.Immutable = c.Immutable || d.form == bare
	case EqualFold(n, "only-if-cached"):
		c.OnlyIfCached = true
	case EqualFold(n, "min-fresh"):
		c.MinFresh = max(c.MinFresh, d.seconds())
	case EqualFold(n, "max-stale"):
		if d.form == bare {
			atMost(&c.MaxStale, math.MaxInt64)
		} else {
			atMost(&c.MaxStale, d.seconds())
		}
	}
}

// atMost gives value n if it has none or a larger one.
func atMost(value *int64, n int64) {
	if *value == Absent || n < *value {
		*value = n
	}
}

// form is how a directive is written.
type form uint8

const (
	bare      form = iota // name
	token                 // name=token
	quoted                // name="text", without escapes
	malformed             // a name, and something else
)

// directive is one element of Cache-Control.
type directive struct {
	name     string // "" for an element that begins with no name
	argument string
	form     form
}

// seconds reads the argument as delta-seconds, which some write in quotes.
func (d directive) seconds() int64 {
	if d.form == token || d.form == quoted {
		if n, ok := ParseDeltaSeconds(d.argument); ok {
			return n
		}
	}
	return 0
}

// qualify sets whole, or fields if the directive names some (RFC 9111 sections 5.2.2.4 and 5.2.2.7).
func (d directive) qualify(whole *bool, fields *string) {
	if (d.form == token || d.form == quoted) && IsFieldList(d.argument) && *fields == "" {
		*fields = d.argument
		return
	}
	*whole = true
}

// IsFieldList reports whether list is what no-cache="..." and private="..." may hold: names of fields, at least one.
func IsFieldList(list string) bool {
	names := 0
	for name := range FieldNames(list) {
		if !IsToken(name) {
			return false
		}
		names++
	}
	return names > 0
}

// FieldNames yields the members of a list of field names as they stand, empty ones left out.
func FieldNames(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := list; rest != ""; {
			var name string
			if name, rest = element(rest); name != "" && !yield(name) {
				return
			}
		}
	}
}

// nextDirective cuts one element off a line. A quoted string may hold commas; a quote that is never closed is none, so that
// what follows it is not hidden.
func nextDirective(line string) (d directive, rest string) {
	line = trim(line)
	end := 0
	for end < len(line) && is(line[end], tokenByte) {
		end++
	}
	d.name, rest = line[:end], line[end:]
	if rest != "" && rest[0] == '=' {
		d.argument, d.form, rest = cutArgument(rest[1:])
	}
	tail, rest := element(rest)
	if tail != "" {
		d.form = malformed
	}
	return d, rest
}

// cutArgument cuts a token or a quoted string off s.
func cutArgument(s string) (argument string, f form, rest string) {
	if s != "" && s[0] == '"' {
		f = quoted
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\': // no directive has use for an escape
				f = malformed
				i++
			case '"':
				return s[1:i], f, s[i+1:]
			}
		}
		return "", malformed, s
	}
	end := 0
	for end < len(s) && is(s[end], tokenByte) {
		end++
	}
	if end == 0 {
		return "", malformed, s
	}
	return s[:end], token, s[end:]
}

// ParseDeltaSeconds reads a number of seconds: digits only, of any length; what is larger than 2^31 is 2^31 (RFC 9111 section
// 1.2.2). Age has this form, too.
func ParseDeltaSeconds(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int64(s[i]-'0'), maxSeconds)
	}
	return n, true
}
