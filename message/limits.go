package message

// Limits are the largest heads that are parsed. A zero field stands for that of DefaultLimits.
type Limits struct {
	Line   int // bytes of a request line or status line without its end; a longer request line is refused with 414
	Bytes  int // bytes of the whole head with the empty line at its end; a longer one is refused with 431
	Fields int // field lines, Host included; more are refused with 431
}

// DefaultLimits are what browsers and applications stay within, by far.
var DefaultLimits = Limits{Line: 8 << 10, Bytes: 64 << 10, Fields: 128}

// maxOptions is how many elements all Connection fields of a head may have together: each is compared with each field when
// hop-by-hop fields are removed.
const maxOptions = 64

// What a body in chunks may hold beside its content. Extensions carry nothing that we act on, and trailers are few: gRPC and
// digests need two or three.
const (
	maxChunkExtension  = 1 << 10  // bytes of extensions of one chunk
	maxChunkExtensions = 16 << 10 // bytes of extensions of a body
	maxTrailerBytes    = 8 << 10  // bytes of a trailer section with the empty line at its end
	maxTrailerFields   = 64       // field lines of a trailer section
)

func (l Limits) orDefaults() Limits {
	if l.Line == 0 {
		l.Line = DefaultLimits.Line
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultLimits.Bytes
	}
	if l.Fields == 0 {
		l.Fields = DefaultLimits.Fields
	}
	return l
}
