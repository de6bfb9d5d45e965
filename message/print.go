package message

import (
	"slices"
	"strconv"
)

// AppendRequest appends the head of r in origin-form, as HTTP/1.1 whatever r came in: the version is the sender's own (RFC 9110
// section 2.5). Host comes first and is Authority.
//
// Framing is what Length says, whatever the fields say: Content-Length and Transfer-Encoding are written once, where the first
// of them stands, or last. What a head that was parsed cannot hold, because rules or a library put it there, is made harmless:
// in method and target it is percent-encoded, fields are written as AppendField does.
func AppendRequest(dst []byte, r *Request) []byte {
	dst = appendEncoded(dst, r.Method, tokenByte, 0)
	dst = append(dst, ' ')
	dst = appendTarget(dst, r)
	dst = append(dst, " HTTP/1.1\r\n"...)
	dst = AppendField(dst, "Host", r.Authority)
	body := framingLine{length: r.Length, chunked: r.Length < 0, required: r.Length != 0}
	for _, f := range r.Header {
		if !EqualFold(f.Name, "Host") {
			dst = body.appendField(dst, f)
		}
	}
	return append(body.appendMissing(dst), "\r\n"...)
}

// appendTarget appends path and query so that they stay one word and the path stays a path.
func appendTarget(dst []byte, r *Request) []byte {
	if r.Path == "" || r.Path[0] != '/' && r.Path != "*" {
		dst = append(dst, '/')
	}
	dst = appendEncoded(dst, r.Path, targetByte, '?')
	if r.HasQuery {
		dst = append(dst, '?')
		dst = appendEncoded(dst, r.Query, targetByte, 0)
	}
	return dst
}

// appendEncoded appends s with what is not of class c, and except, percent-encoded.
func appendEncoded(dst []byte, s string, c class, except byte) []byte {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if is(s[i], c) && s[i] != except {
			dst = append(dst, s[i])
		} else {
			dst = append(dst, '%', digits[s[i]>>4], digits[s[i]&15])
		}
	}
	return dst
}

// AppendResponse appends the head of r as HTTP/1.1, with the registered reason phrase.
//
// Framing is written as in AppendRequest. A Length that is Unknown leaves a Transfer-Encoding in place, as chunked, and adds
// nothing: whether the body comes in chunks or ends with the connection is decided by whoever sends it. A 304 gets no length
// that it has not, and 1xx and 204 never have one (RFC 9110 section 8.6).
func AppendResponse(dst []byte, r *Response) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	dst = append(dst, StatusText(r.Status)...)
	dst = append(dst, "\r\n"...)
	body := framingLine{length: r.Length, chunked: r.Length < 0}
	body.required = !body.chunked && r.Status != 304
	body.done = r.Status < 200 || r.Status == 204
	for _, f := range r.Header {
		dst = body.appendField(dst, f)
	}
	return append(body.appendMissing(dst), "\r\n"...)
}

// AppendField appends one field line. In the value, control bytes but HTAB become spaces; a line whose name is not a token is left
// out. So no value, wherever it comes from, begins another field or message.
func AppendField(dst []byte, name, value string) []byte {
	if !IsToken(name) {
		return dst
	}
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	if IsFieldValue(value) {
		dst = append(dst, value...)
		return append(dst, "\r\n"...)
	}
	for i := 0; i < len(value); i++ {
		if c := value[i]; is(c, controlByte) && c != '\t' {
			dst = append(dst, ' ')
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, "\r\n"...)
}

// AppendChunkHead appends the line before a chunk of n bytes, n at least 1. The chunk and CR LF follow it, written by the caller.
func AppendChunkHead(dst []byte, n int64) []byte {
	if n < 1 {
		panic("BUG: a chunk of " + strconv.FormatInt(n, 10) + " bytes")
	}
	dst = strconv.AppendInt(dst, n, 16)
	return append(dst, "\r\n"...)
}

// AppendLastChunk ends a body in chunks with a trailer section, which may be empty. Lines that must not stand in one are left out
// (RFC 9110 section 6.5.1).
func AppendLastChunk(dst []byte, trailer Header) []byte {
	dst = append(dst, "0\r\n"...)
	if len(trailer) > 0 {
		trailer = slices.Clone(trailer)
		DropUnfitTrailers(&trailer)
	}
	for _, f := range trailer {
		dst = AppendField(dst, f.Name, f.Value)
	}
	return append(dst, "\r\n"...)
}

// framingLine writes the one line that says where the body ends.
type framingLine struct {
	length   int64
	chunked  bool // Transfer-Encoding instead of Content-Length
	required bool // written even if no such line is among the fields
	done     bool
}

// appendField appends f, unless it is a framing line: then it appends the true one in its place, once.
func (l *framingLine) appendField(dst []byte, f Field) []byte {
	byLength := EqualFold(f.Name, "Content-Length")
	if !byLength && !EqualFold(f.Name, "Transfer-Encoding") {
		return AppendField(dst, f.Name, f.Value)
	}
	if l.done || byLength == l.chunked {
		return dst
	}
	return l.append(dst, f.Name)
}

func (l *framingLine) appendMissing(dst []byte) []byte {
	switch {
	case l.done || !l.required:
		return dst
	case l.chunked:
		return l.append(dst, "Transfer-Encoding")
	}
	return l.append(dst, "Content-Length")
}

func (l *framingLine) append(dst []byte, name string) []byte {
	l.done = true
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	if l.chunked {
		dst = append(dst, "chunked"...)
	} else {
		dst = strconv.AppendInt(dst, l.length, 10)
	}
	return append(dst, "\r\n"...)
}
