// Package message speaks HTTP: heads of requests and responses as ordered lists of fields, and the values that stand in
// those fields: Cache-Control, Vary, dates, ranges, validators; and bodies in chunks.
//
// It parses strictly and in place: the strings of a head that was parsed from a buffer are views of that buffer, nothing is
// allocated on the way in, and nothing that is malformed or ambiguous is mended. It prints what it parsed.
//
// It does not know what a cache is, where bytes come from, or what time it is.
package message
