package message

import "strconv"

// Multipart is the shape of a multipart/byteranges body: what stands before, between and behind the bytes of its parts (RFC 9110
// sections 14.6 and 15.3.7.2). It knows how long the body is before a byte of it is there, so that a 206 tells its length. It is
// not changed after it was made.
//
// The head of such a 206 has no Content-Range: that would make it a response with a single part.
type Multipart struct {
	boundary string
	whole    string // Content-Type of the whole, "" without one
	ranges   []ByteRange
	size     int64
	length   int64
}

// NewMultipart returns the shape of a body that holds these ranges, at least one, of a representation of size bytes and of the
// type contentType, "" if that is not known. The boundary is a token of 1 to 70 characters that does not occur in the bytes: whoever
// chooses it at random and long enough need not look.
func NewMultipart(boundary, contentType string, ranges []ByteRange, size int64) Multipart {
	if !IsToken(boundary) || len(boundary) > maxBoundary {
		panic("BUG: the boundary " + strconv.Quote(boundary) + " is not a token of at most 70 characters")
	}
	m := Multipart{boundary: boundary, whole: contentType, ranges: ranges, size: size}
	var room [256]byte
	for i, r := range ranges {
		m.length += int64(len(m.AppendHead(room[:0], i))) + r.Length()
	}
	m.length += int64(len(m.AppendEnd(room[:0])))
	return m
}

// maxBoundary is how long a boundary may be (RFC 2046 section 5.1.1).
const maxBoundary = 70

// ContentType returns the value of Content-Type for the 206.
func (m Multipart) ContentType() string { return "multipart/byteranges; boundary=" + m.boundary }

// Length returns how many bytes the body has, with all delimiters.
func (m Multipart) Length() int64 { return m.length }

// AppendHead appends the delimiter and the head of part i, counted from 0, up to the first byte of its range.
func (m Multipart) AppendHead(dst []byte, i int) []byte {
	if i > 0 {
		dst = append(dst, "\r\n"...) // belongs to the delimiter (RFC 2046 section 5.1.1)
	}
	dst = append(dst, "--"...)
	dst = append(dst, m.boundary...)
	dst = append(dst, "\r\n"...)
	if m.whole != "" {
		dst = AppendField(dst, "Content-Type", m.whole)
	}
	dst = append(dst, "Content-Range: "...)
	dst = ContentRange{First: m.ranges[i].First, Last: m.ranges[i].Last, Size: m.size}.Append(dst)
	return append(dst, "\r\n\r\n"...)
}

// AppendEnd appends the delimiter that closes the body, behind the last byte of the last part.
func (m Multipart) AppendEnd(dst []byte) []byte {
	dst = append(dst, "\r\n--"...)
	dst = append(dst, m.boundary...)
	return append(dst, "--\r\n"...)
}
