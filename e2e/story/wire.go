package story

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readHead reads a head: lines that end with CR LF, up to an empty one. It mends nothing (RFC 9112 section 2.1). At the end
// of the connection before the first byte it returns io.EOF.
func readHead(r *bufio.Reader) (*head, error) {
	h := new(head)
	for {
		text, err := readLine(r)
		switch {
		case err == io.EOF && h.first == "" && text == "":
			return nil, io.EOF
		case err != nil:
			return nil, fmt.Errorf("after %q in a head: %w", text, err)
		case h.first == "":
			if h.first = text; text == "" {
				return nil, errors.New("an empty line where a head should begin")
			}
		case text == "":
			return h, nil
		default:
			f, ok := fieldLine(text)
			if !ok {
				return nil, fmt.Errorf("%q is not a field line", text)
			}
			f.value = strings.TrimRight(f.value, " \t")
			h.fields = append(h.fields, f)
		}
	}
}

func readLine(r *bufio.Reader) (string, error) {
	text, err := r.ReadString('\n')
	if err != nil {
		return text, err
	}
	text, ok := strings.CutSuffix(text, "\r\n")
	if !ok {
		return text, fmt.Errorf("the line %q ends without CR", text)
	}
	return text, nil
}

// errCut is the end of a connection before the end of a body.
var errCut = errors.New("the body was cut")

// readBody reads the body that a head announces, and puts the trailers behind it into the head. Without any framing it is empty, or goes on until the end of the connection where
// untilClose says so.
func readBody(w io.Writer, r *bufio.Reader, h *head, untilClose bool) error {
	coding, length := h.get("Transfer-Encoding"), h.get("Content-Length")
	switch {
	case coding != "" && length != "":
		return errors.New("a head with both Transfer-Encoding and Content-Length")
	case coding == "chunked":
		return readChunked(w, r, h)
	case coding != "":
		return fmt.Errorf("Transfer-Encoding is %q", coding)
	case length != "":
		n, err := strconv.ParseUint(length, 10, 63)
		if err != nil {
			return fmt.Errorf("Content-Length is %q", length)
		}
		return copyExactly(w, r, int64(n))
	case untilClose:
		if _, err := io.Copy(w, r); err != nil {
			return fmt.Errorf("%w: %w", errCut, err)
		}
	}
	return nil
}

func readChunked(w io.Writer, r *bufio.Reader, h *head) error {
	for {
		text, err := readLine(r)
		if err != nil {
			return fmt.Errorf("%w where a chunk should begin: %w", errCut, err)
		}
		n, err := strconv.ParseUint(text, 16, 63)
		if err != nil {
			return fmt.Errorf("%q is not the size of a chunk", text)
		}
		if n == 0 {
			return readTrailers(r, h)
		}
		if err := copyExactly(w, r, int64(n)); err != nil {
			return err
		}
		if text, err := readLine(r); err != nil || text != "" {
			return fmt.Errorf("%w behind a chunk: %q, %w", errCut, text, err)
		}
	}
}

// readTrailers reads the fields behind the last chunk into the head that they belong to (RFC 9112 section 7.1.2).
func readTrailers(r *bufio.Reader, h *head) error {
	for {
		text, err := readLine(r)
		if err != nil {
			return fmt.Errorf("%w in its trailers: %w", errCut, err)
		}
		if text == "" {
			return nil
		}
		f, ok := fieldLine(text)
		if !ok {
			return fmt.Errorf("%q in the trailers is not a field line", text)
		}
		h.trailers = append(h.trailers, f)
	}
}

// copyExactly hands on each piece as it comes.
func copyExactly(w io.Writer, r io.Reader, n int64) error {
	copied, err := io.CopyN(w, r, n)
	if err != nil {
		return fmt.Errorf("%w after %d of %d bytes: %w", errCut, copied, n, err)
	}
	return nil
}
