package message_test

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"lacquer/message"
)

// body writes the body that m describes of a representation.
func body(m message.Multipart, whole string, ranges []message.ByteRange) string {
	var b []byte
	for i, r := range ranges {
		b = m.AppendHead(b, i)
		b = append(b, whole[r.First:r.Last+1]...)
	}
	return string(m.AppendEnd(b))
}

func TestMultipart(t *testing.T) {
	type r = message.ByteRange
	f := func(contentType, want string, ranges ...r) {
		t.Helper()
		const whole = "0123456789"
		m := message.NewMultipart("sep", contentType, ranges, int64(len(whole)))
		got := body(m, whole, ranges)
		if got != want || m.Length() != int64(len(got)) {
			t.Errorf("%q, length %d, want %q, length %d", got, m.Length(), want, len(want))
		}
	}
	t.Run("RFC 9110 section 14.6", func(t *testing.T) {
		f("text/plain", "--sep\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"+
			"\r\n--sep\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9\r\n--sep--\r\n", r{0, 1}, r{9, 9})
		// In the order in which they were asked for.
		f("text/plain", "--sep\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9"+
			"\r\n--sep\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--sep--\r\n", r{9, 9}, r{0, 1})
	})
	t.Run("RFC 9110 section 15.3.7.2", func(t *testing.T) {
		// A type only where the whole would have one.
		f("", "--sep\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--sep\r\nContent-Range: bytes 4-4/10\r\n\r\n4\r\n--sep--\r\n", r{0, 1}, r{4, 4})
	})
	t.Run("a type that would begin another line", func(t *testing.T) {
		f("a\r\nX: 1", "--sep\r\nContent-Type: a  X: 1\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n--sep--\r\n", r{0, 0})
	})
	if got := message.NewMultipart("sep", "", []r{{0, 0}}, 10).ContentType(); got != "multipart/byteranges; boundary=sep" {
		t.Errorf("Content-Type: %s", got)
	}
}

func TestMultipartRefusesBoundaries(t *testing.T) {
	for _, boundary := range []string{"", "a b", "a\r\n", strings.Repeat("a", 71)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the boundary %q is taken", boundary)
				}
			}()
			message.NewMultipart(boundary, "", []message.ByteRange{{0, 0}}, 1)
		}()
	}
}

// The library, which knows nothing of ranges, reads the parts that were written.
func FuzzMultipart(f *testing.F) {
	f.Add("bytes=0-1,90-", "text/plain")
	f.Add("bytes=-5,5-9,0-0", "")
	whole := strings.Repeat("0123456789", 10)
	f.Fuzz(func(t *testing.T, value, contentType string) {
		ranges, outcome := message.ParseRange(value, int64(len(whole)))
		if outcome != message.RangeSatisfiable {
			return
		}
		m := message.NewMultipart("0a.B", contentType, ranges, int64(len(whole)))
		written := body(m, whole, ranges)
		if m.Length() != int64(len(written)) {
			t.Fatalf("%s: %d bytes, %d were announced", value, len(written), m.Length())
		}
		_, parameters, err := mime.ParseMediaType(m.ContentType())
		if err != nil {
			t.Fatal(err)
		}
		parts := multipart.NewReader(strings.NewReader(written), parameters["boundary"])
		for _, r := range ranges {
			part, err := parts.NextRawPart()
			if err != nil {
				t.Fatalf("%q: %v", written, err)
			}
			bytes, err := io.ReadAll(part)
			c, ok := message.ParseContentRange(part.Header.Get("Content-Range"))
			if err != nil || !ok || c != (message.ContentRange{First: r.First, Last: r.Last, Size: int64(len(whole))}) || string(bytes) != whole[r.First:r.Last+1] {
				t.Fatalf("%q: %v is %q with %v, %v", written, r, bytes, part.Header, err)
			}
		}
		if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q: behind the last part %v", written, err)
		}
	})
}
