package story

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// answer is what the origin does when it is asked for something: the block of one "origin answers".
type answer struct {
	method, target string // target may end with "*"
	when           string // the text of all conditions: answers with the same text follow one another
	conditions     []condition
	plan           plan
	steps          []step
}

// plan is what must be known of a response before its head is sent.
type plan struct {
	status     int
	reason     string
	fields     []field
	without    []string // fields that the origin would add by itself
	length     int64    // what Content-Length says, if it is not the length of what is sent; else -1
	chunked    bool
	trailers   []field // behind the last chunk
	untilClose bool
	last       bool // the connection ends after this response
}

// step is something that happens in time.
type step struct {
	line
	verb string
	rest string   // all behind the verb
	args []string // the same in words
}

// answerLine is a kind of line in the block of "origin answers". It is in the README.
type answerLine struct {
	usage, help string
	read        func(a *answer, st step) error // nil for a step that happens in time
}

func answerLines() []answerLine {
	return []answerLine{
		{"when CONDITION", "only if the request's head fulfils this: `when Cookie: a=b`, `when no Cookie`, `when If-None-Match ~ v1`", (*answer).readWhen},
		{"status CODE [REASON]", "200 without this line", (*answer).readStatus},
		{"Name: value", "a field of the response; `Date` and the framing are added unless they are given", nil},
		{"no Name", "do not add `Date` or a framing field", (*answer).readWithout},
		{"length N", "what Content-Length says, whatever is sent; without this line it is what the block sends", (*answer).readLength},
		{"chunked", "frame the body in chunks, one for each piece", func(a *answer, _ step) error { a.plan.chunked = true; return nil }},
		{"trailer Name: value", "send this field behind the last chunk", (*answer).readTrailer},
		{"until close", "frame the body by the end of the connection", (*answer).readUntilClose},
		{"close", "end the connection after the response, and say so", func(a *answer, _ step) error { a.plan.last = true; return nil }},
		{"after DURATION", "wait", nil},
		{"sync BARRIER", "wait at a barrier", nil},
		{"interim CODE [Name: value]", "send an interim response", nil},
		{"head", "send the head now; without this line it goes out with the first piece of the body", nil},
		{"body CONTENT", "send the body, or a piece of it", nil},
		{"send CONTENT", "the same word for pieces", nil},
		{"raw \"BYTES\"", "send these bytes as they are, no head is made", nil},
		{"cut", "close the connection, whatever was promised", nil},
		{"reset", "reset the connection", nil},
		{"hang", "send nothing more, until the other end leaves", nil},
		{"upgrade PROTOCOL", "send 101 and speak bytes from here on", nil},
		{"expect CONTENT", "read exactly these bytes, after an upgrade", nil},
		{"echo", "send back what comes until the other end has finished, after an upgrade", nil},
	}
}

// parseAnswer reads the block of "origin answers METHOD TARGET".
func parseAnswer(method, target string, block []line) (*answer, error) {
	a := &answer{method: method, target: target, plan: plan{status: 200, length: -1}}
	for _, l := range block {
		if err := a.read(l); err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
	}
	return a, nil
}

func (a *answer) read(l line) error {
	if f, ok := fieldLine(l.text); ok {
		a.plan.fields = append(a.plan.fields, f)
		return nil
	}
	words, err := split(l.text)
	if err != nil {
		return err
	}
	st := step{line: l, verb: words[0], args: words[1:], rest: strings.TrimSpace(l.text[len(words[0]):])}
	for _, kind := range answerLines() {
		verb, _, _ := strings.Cut(kind.usage, " ")
		if verb != st.verb {
			continue
		}
		if kind.read != nil {
			return kind.read(a, st)
		}
		a.steps = append(a.steps, st)
		return nil
	}
	return fmt.Errorf("an origin cannot %q", l.text)
}

func (a *answer) readWhen(st step) error {
	c, err := parseCondition(st.rest, nil)
	if err == nil && c == nil {
		err = fmt.Errorf("%q is not a condition", st.rest)
	}
	a.conditions = append(a.conditions, c)
	a.when += st.rest + "\n"
	return err
}

func (a *answer) readStatus(st step) (err error) {
	if len(st.args) == 0 {
		return fmt.Errorf("status without a code")
	}
	a.plan.status, err = strconv.Atoi(st.args[0])
	a.plan.reason = strings.Join(st.args[1:], " ")
	return err
}

func (a *answer) readWithout(st step) error {
	a.plan.without = append(a.plan.without, st.rest)
	return nil
}

func (a *answer) readTrailer(st step) error {
	f, ok := fieldLine(st.rest)
	if !ok {
		return fmt.Errorf("%q is not a field", st.rest)
	}
	a.plan.trailers = append(a.plan.trailers, f)
	return nil
}

func (a *answer) readLength(st step) (err error) {
	a.plan.length, err = strconv.ParseInt(st.rest, 10, 64)
	return err
}

func (a *answer) readUntilClose(st step) error {
	if st.rest != "close" {
		return fmt.Errorf("until what? Only until close is known")
	}
	a.plan.untilClose, a.plan.last = true, true
	return nil
}

// covers says whether the answer is for this request.
func (a *answer) covers(r *received) bool {
	if a.method != r.method || !targetMatches(a.target, r.target) {
		return false
	}
	for _, c := range a.conditions {
		if c(r.head) != nil {
			return false
		}
	}
	return true
}

// targetMatches compares a target with one of a script, which may end with "*".
func targetMatches(want, target string) bool {
	if prefix, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(target, prefix)
	}
	return want == target
}

// follows says whether an answer is the next in the same row as another.
func (a *answer) follows(b *answer) bool {
	return a.method == b.method && a.target == b.target && a.when == b.when
}

// spanPattern reads "700ms..900ms".
var spanPattern = regexp.MustCompile(`^(\S+)\.\.(\S+)$`)

// span is a time that may be taken, both ends included.
type span struct{ least, most time.Duration }

// parseSpan reads "700ms", "700ms..900ms", "under 1s" or "at least 1s".
func parseSpan(words []string) (span, error) {
	const forever = time.Duration(1<<63 - 1)
	text := strings.Join(words, " ")
	if m := spanPattern.FindStringSubmatch(text); m != nil {
		least, err := time.ParseDuration(m[1])
		if err != nil {
			return span{}, err
		}
		most, err := time.ParseDuration(m[2])
		return span{least, most}, err
	}
	if below, ok := strings.CutPrefix(text, "under "); ok {
		d, err := time.ParseDuration(below)
		return span{0, d - 1}, err
	}
	if above, ok := strings.CutPrefix(text, "at least "); ok {
		d, err := time.ParseDuration(above)
		return span{d, forever}, err
	}
	d, err := time.ParseDuration(text)
	return span{d, d}, err
}

func (s span) holds(d time.Duration) bool { return s.least <= d && d <= s.most }
