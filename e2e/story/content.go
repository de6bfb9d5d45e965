package story

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// content is what a body consists of: a text, or a pattern of any size that is made when it is needed.
type content struct {
	text string
	size int64 // of the pattern, which counts if text is empty
}

func (c content) length() int64 { return max(int64(len(c.text)), c.size) }

// write writes a content that begins at this place of its body: a pattern goes on where the piece before it ended.
func (c content) write(w io.Writer, from int64) error {
	if c.size == 0 {
		_, err := io.WriteString(w, c.text)
		return err
	}
	for left := c.size; left > 0; {
		piece := pattern[from%period:]
		piece = piece[:min(int64(len(piece)), left)]
		if _, err := w.Write(piece); err != nil {
			return err
		}
		from, left = from+int64(len(piece)), left-int64(len(piece))
	}
	return nil
}

func (c content) String() string {
	if c.size > 0 {
		return fmt.Sprintf("%d bytes of the pattern", c.size)
	}
	return shorten(c.text)
}

// period is the length after which the pattern comes again: a prime, so that pieces that were exchanged are noticed.
const period = 251

var pattern = func() []byte {
	p := make([]byte, period*128)
	for i := range p {
		p[i] = 'a' + byte(i%period%26)
	}
	return p
}()

// content reads how a script names a content: "text", FILE, empty, or N bytes, KiB, MiB or GiB of the pattern.
func (s *Script) content(words []string, v variables) (content, error) {
	switch {
	case len(words) == 2:
		n, err := size(words)
		return content{size: n}, err
	case len(words) != 1:
		return content{}, fmt.Errorf(`want "text", a file, empty or a size, not %q`, words)
	case words[0] == "empty":
		return content{}, nil
	case words[0][0] == '"':
		text, err := unquote(words[0])
		return content{text: v.expand(text)}, err
	}
	text, ok := s.files[words[0]]
	if !ok {
		return content{}, fmt.Errorf("the story has no file %s", words[0])
	}
	return content{text: v.expand(text)}, nil
}

func unquote(word string) (string, error) {
	text, err := strconv.Unquote(word)
	if err != nil {
		return "", fmt.Errorf("%s is not a string in Go's manner", word)
	}
	return text, nil
}

// size reads "10 bytes", "64 KiB", "1 MiB", "1 GiB".
func size(words []string) (int64, error) {
	units := map[string]int64{"byte": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	if len(words) != 2 || units[words[1]] == 0 {
		return 0, fmt.Errorf("want a size such as 10 bytes or 64 KiB, not %q", words)
	}
	n, err := strconv.ParseInt(words[0], 10, 32)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a size", words[0])
	}
	return n * units[words[1]], nil
}

// keptBytes is how much of a body is kept word for word; of the rest only length and checksum are known.
const keptBytes = 1 << 20

// body is a body as far as it has come.
type body struct {
	kept   bytes.Buffer // its first keptBytes
	length int64
	sum    uint32 // checksum of all of it
}

// Write takes up the next piece.
func (b *body) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), max(0, keptBytes-b.kept.Len()))])
	b.length += int64(len(p))
	b.sum = crc32.Update(b.sum, crc32.IEEETable, p)
	return len(p), nil
}

// is compares a body with what it should be.
func (b *body) is(want content) error {
	var wanted body
	_ = want.write(&wanted, 0) // a body takes everything
	if b.length != wanted.length || b.sum != wanted.sum {
		return fmt.Errorf("the body is %s (%d bytes), want %s (%d bytes)", shorten(b.kept.String()), b.length, want, wanted.length)
	}
	return nil
}

// holds says whether a content stands at this place of the body. Only what is kept can be asked for.
func (b *body) holds(want content, from int64) error {
	var wanted body
	_ = want.write(&wanted, from)
	if wanted.length > keptBytes || from+wanted.length > keptBytes {
		return fmt.Errorf("only the first %d bytes of a body can be read piece by piece", keptBytes)
	}
	got := b.kept.Bytes()[from : from+wanted.length]
	if !bytes.Equal(got, wanted.kept.Bytes()) {
		return fmt.Errorf("read %s, want %s", shorten(string(got)), want)
	}
	return nil
}

// shorten quotes a text for a message.
func shorten(text string) string {
	const most = 300
	if len(text) > most {
		return strconv.Quote(text[:most]) + "..."
	}
	return strconv.Quote(text)
}
