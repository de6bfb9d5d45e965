package message

import (
	"bytes"
	"errors"
	"io"
)

// Chunked decodes a body in chunks (RFC 9112 section 7.1). The zero value stands before the first chunk; each body needs its own. It
// does no I/O, copies no data, and allocates nothing unless there are trailers. It is not safe for concurrent use.
//
// It reads the grammar and nothing more. Line feeds alone, sizes with signs, prefixes or white space, and anything between a
// chunk and the line behind it are refused: each of them has been read in two ways by some pair of servers, and where they
// disagree about the end of a body a second message hides.
//
// White space round ";" and "=" of an extension is refused as well. RFC 9112 section 7.1.1 has recipients parse it as "bad white space" that
// no sender may generate (RFC 9110 section 5.6.3); but some readers end the size at the space, others skip to the end of
// the line, and nobody who means well writes it.
type Chunked struct {
	state chunkedState
	err   error // what ended the body: io.EOF, or what was wrong

	left       int64 // bytes of the chunk that have not come yet; before its data, the size as far as it is known
	digits     int   // of the size
	extension  int   // bytes of extensions of this chunk
	extensions int   // and of the whole body

	section []byte // the trailer section as it came
	trailer Header // views of section
}

// chunkedState says what the next byte belongs to.
type chunkedState uint8

const (
	inSize           chunkedState = iota // chunk-size
	beforeName                           // the first byte of chunk-ext-name
	inName                               // chunk-ext-name
	beforeValue                          // the first byte of chunk-ext-val
	inValue                              // chunk-ext-val as a token
	inQuoted                             // chunk-ext-val in quotes
	inQuotedPair                         // the byte behind a backslash
	behindQuoted                         // what follows the closing quote
	atHeadEnd                            // the line feed behind the size and its extensions
	inData                               // chunk-data
	behindData                           // the carriage return behind chunk-data
	atDataEnd                            // the line feed behind that
	behindLastChunk                      // the first byte of the trailer section, or of the empty line
	inTrailerSection                     // field lines and the empty line behind them
	atBodyEnd                            // the line feed of the empty line
)

// Decode takes the next bytes of the body from src, which is what was read and is not consumed yet. data is the next piece of content, a
// view of src, no longer than src and the chunk; n is how many bytes of src are done with, data included.
//
//   - data is not empty: there may be more, call again with src[n:].
//   - data is empty and err nil: all of src is consumed, and the body goes on.
//   - err is io.EOF: the body has ended, trailers included; src[n:] does not belong to it.
//   - any other err: the body is malformed. Nothing behind it on the connection can be trusted.
//
// Once it has returned an error it returns the same one, with n 0. If the connection ends before io.EOF the body is cut short.
func (c *Chunked) Decode(src []byte) (data []byte, n int, err error) {
	for c.err == nil && n < len(src) {
		switch c.state {
		case inData:
			end := n + int(min(c.left, int64(len(src)-n)))
			data = src[n:end:end]
			if c.left -= int64(len(data)); c.left == 0 {
				c.state = behindData
			}
			return data, end, nil
		case inTrailerSection:
			n += c.trailerLine(src[n:])
		default:
			c.step(src[n])
			n++
		}
	}
	return nil, n, c.err
}

// Trailer returns the fields behind the last chunk, once Decode has returned io.EOF; nil if there are none. They share no memory
// with what was decoded, and those that must not stand in a trailer section are left out (RFC 9110 section 6.5.1).
func (c *Chunked) Trailer() Header {
	if c.err != io.EOF || c.trailer == nil {
		return nil
	}
	h := c.trailer.Clone()
	DropUnfitTrailers(&h)
	return h
}

// step takes one byte of all that is neither data nor a trailer section.
func (c *Chunked) step(b byte) {
	switch c.state {
	case inSize:
		c.sizeByte(b)
	case atHeadEnd:
		switch {
		case b != '\n':
			c.fail(errChunkBareCR)
		case c.left == 0:
			c.state = behindLastChunk
		default:
			c.state = inData
		}
	case behindData:
		c.expect(b, '\r', atDataEnd, errChunkDataEnd)
	case atDataEnd:
		c.expect(b, '\n', inSize, errChunkDataEnd)
		c.left, c.digits, c.extension = 0, 0, 0
	case behindLastChunk:
		if b == '\r' {
			c.state = atBodyEnd
			return
		}
		c.section = append(c.section, b)
		c.state = inTrailerSection
		if b == '\n' {
			c.fail(errChunkBareLF)
		}
	case atBodyEnd:
		if c.err = io.EOF; b != '\n' {
			c.fail(errChunkBareCR)
		}
	default:
		c.extensionByte(b)
	}
}

func (c *Chunked) fail(err error) { c.err = err }

func (c *Chunked) expect(b, want byte, next chunkedState, otherwise error) {
	if c.state = next; b != want {
		c.fail(otherwise)
	}
}

// maxSizeDigits bounds a size: as many hexadecimal digits as an integer of 64 bits has.
const maxSizeDigits = 16

// sizeByte takes a byte of chunk-size, 1*HEXDIG, or the one behind it.
func (c *Chunked) sizeByte(b byte) {
	switch {
	case is(b, hexByte):
		if c.digits++; c.digits > maxSizeDigits || c.left > (1<<63-1)>>4 {
			c.fail(errChunkTooLarge)
			return
		}
		c.left = c.left<<4 | int64(hexValue(b))
	case c.digits == 0:
		c.fail(errChunkSize)
	default:
		c.endPart(b, errChunkSize)
	}
}

func hexValue(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return lower(b) - 'a' + 10
}

// endPart takes the byte behind a size or an extension: the end of the line, or the beginning of an extension.
func (c *Chunked) endPart(b byte, otherwise error) {
	switch b {
	case '\r':
		c.state = atHeadEnd
	case ';':
		c.state = beforeName
		c.countExtension()
	case '\n':
		c.fail(errChunkBareLF)
	default:
		c.fail(otherwise)
	}
}

// extensionByte takes a byte of chunk-ext (RFC 9112 section 7.1.1): ";" token [ "=" ( token / quoted-string ) ], any number of times. What
// an extension says is ignored, as it asks recipients that do not know it; but it is read to its end as everyone should.
func (c *Chunked) extensionByte(b byte) {
	switch c.state {
	case beforeName, beforeValue:
		switch {
		case is(b, tokenByte):
			c.state++ // inName, inValue
		case b == '"' && c.state == beforeValue:
			c.state = inQuoted
		default:
			c.fail(errChunkExtension)
		}
	case inName, inValue:
		switch {
		case is(b, tokenByte):
		case b == '=' && c.state == inName:
			c.state = beforeValue
		default:
			c.endPart(b, errChunkExtension)
			return
		}
	case inQuoted:
		switch {
		case b == '"':
			c.state = behindQuoted
		case b == '\\':
			c.state = inQuotedPair
		case is(b, controlByte) && b != '\t':
			c.fail(errChunkExtension)
		}
	case inQuotedPair:
		if c.state = inQuoted; is(b, controlByte) && b != '\t' {
			c.fail(errChunkExtension)
		}
	case behindQuoted:
		c.endPart(b, errChunkExtension)
		return
	}
	c.countExtension()
}

func (c *Chunked) countExtension() {
	c.extension++
	c.extensions++
	if c.extension > maxChunkExtension || c.extensions > maxChunkExtensions {
		c.fail(errChunkExtensions)
	}
}

// trailerLine keeps src to the end of a line, and reads the section when the line is the empty one. It returns how many bytes it took.
func (c *Chunked) trailerLine(src []byte) int {
	n := bytes.IndexByte(src, '\n') + 1
	ended := n > 0
	if !ended {
		n = len(src)
	}
	if len(c.section)+n > maxTrailerBytes {
		c.fail(errTrailerTooLong)
		return n
	}
	c.section = append(c.section, src[:n]...)
	switch {
	case ended && !bytes.HasSuffix(c.section, []byte("\r\n")):
		c.fail(errChunkBareLF)
	case bytes.HasSuffix(c.section, []byte("\r\n\r\n")):
		c.readTrailer()
	}
	return n
}

// readTrailer reads the whole section as field lines are read anywhere (RFC 9112 section 7.1.2).
func (c *Chunked) readTrailer() {
	rd := newReading(c.section, len(c.section), false)
	rd.trailer = true
	if rd.fields(&c.trailer, maxTrailerFields) {
		c.err = io.EOF
		return
	}
	c.fail(errors.New("the trailer section is malformed: " + rd.why))
}

// What is wrong with a body in chunks.
var (
	errChunkSize       = errors.New("a chunk size is not hexadecimal digits alone")
	errChunkTooLarge   = errors.New("a chunk size is too large")
	errChunkExtension  = errors.New("a chunk extension is malformed")
	errChunkExtensions = errors.New("chunk extensions are too long")
	errChunkBareCR     = errors.New("a carriage return stands alone in a body in chunks")
	errChunkBareLF     = errors.New("a line feed stands alone in a body in chunks")
	errChunkDataEnd    = errors.New("a chunk is longer than its size, or has no line end behind it")
	errTrailerTooLong  = errors.New("the trailer section is too long")
)
