package policy

import (
	"strconv"
	"strings"
	"time"
)

// CacheStatus is what Cache-Status tells of one transaction (RFC 9211 section 2). The zero value tells nothing but the name of
// the cache.
type CacheStatus struct {
	Hit       bool          // answered from the store, without waiting for the origin
	Fwd       Forward       // why the request went on towards the origin; not together with Hit
	FwdStatus int           // the origin's status where it differs from what the client gets, else 0
	Stored    bool          // the origin's answer was stored
	Collapsed bool          // it waited for the fetch of another request
	HasTTL    bool          // TTL tells something
	TTL       time.Duration // how long the response is still fresh; less than 0 if it is not
	Key       string        // by which it was looked up, if that is told (section 2.7); "" if not
	Detail    Reason
}

// Forward says why a request went towards the origin (RFC 9211 section 2.2).
type Forward uint8

// Reasons for going forward. ForwardNone stands for a request that did not.
const (
	ForwardNone     Forward = iota
	ForwardBypass           // the store was not to be asked
	ForwardMethod           // the method is one that is never answered from the store
	ForwardURIMiss          // nothing was stored under the URL
	ForwardVaryMiss         // something was stored under the URL, but for other request fields
	ForwardMiss             // nothing was stored that could be used
	ForwardRequest          // something fresh was stored, but the request did not want it
	ForwardStale            // something was stored, but not fresh
	ForwardPartial          // a part was stored, but not all that was asked for
	forwards                // how many there are
)

var forwardNames = [forwards]string{
	ForwardNone:     "",
	ForwardBypass:   "bypass",
	ForwardMethod:   "method",
	ForwardURIMiss:  "uri-miss",
	ForwardVaryMiss: "vary-miss",
	ForwardMiss:     "miss",
	ForwardRequest:  "request",
	ForwardStale:    "stale",
	ForwardPartial:  "partial",
}

// String returns the token of RFC 9211.
func (f Forward) String() string {
	if f >= forwards {
		return "unknown"
	}
	return forwardNames[f]
}

// ForwardOf returns what a Reason means in the words of RFC 9211; ForwardNone for one that is no reason to ask the origin.
func ForwardOf(r Reason) Forward {
	switch r {
	case PassMethod:
		return ForwardMethod
	case PassUpgrade, PassExpect, PassRequestBody, PassPrecondition:
		return ForwardBypass
	case NotStored:
		return ForwardURIMiss
	case OtherVariant:
		return ForwardVaryMiss
	case RequestNoStore, RequestNoCache, RequestMaxAge, RequestMinFresh:
		return ForwardRequest
	case HitForMiss, IdentityAlone, PurgedMeanwhile, NotShared, SearchChanged:
		return ForwardMiss
	case PartStored:
		return ForwardPartial
	case Expired, MustValidate, Validated, StaleIfError:
		return ForwardStale
	}
	return ForwardNone
}

// Append appends the member of a Cache-Status field that stands for this transaction, cache being the name of the cache. The
// TTL is in whole seconds, rounded down. It allocates nothing if dst has room.
func (c *CacheStatus) Append(dst []byte, cache string) []byte {
	return c.appendParameters(appendTokenOrString(dst, cache))
}

// Parameters returns what Append says of the transaction, without the name of a cache: "hit; ttl=59" for example, "" for the zero value.
func (c *CacheStatus) Parameters() string {
	var buf [128]byte
	return strings.TrimPrefix(string(c.appendParameters(buf[:0])), "; ")
}

func (c *CacheStatus) appendParameters(dst []byte) []byte {
	if c.Hit {
		dst = append(dst, "; hit"...)
	}
	if c.Fwd != ForwardNone {
		dst = append(dst, "; fwd="...)
		dst = append(dst, c.Fwd.String()...)
	}
	if c.FwdStatus != 0 {
		dst = append(dst, "; fwd-status="...)
		dst = strconv.AppendInt(dst, int64(c.FwdStatus), 10)
	}
	if c.HasTTL {
		dst = append(dst, "; ttl="...)
		dst = strconv.AppendInt(dst, wholeSeconds(c.TTL), 10)
	}
	if c.Stored {
		dst = append(dst, "; stored"...)
	}
	if c.Collapsed {
		dst = append(dst, "; collapsed"...)
	}
	if c.Key != "" {
		dst = append(dst, "; key="...)
		dst = appendString(dst, c.Key)
	}
	if c.Detail != None {
		dst = append(dst, "; detail="...)
		dst = append(dst, c.Detail.String()...)
	}
	return dst
}

// wholeSeconds rounds down, so that what expired half a second ago does not look as if it were fresh.
func wholeSeconds(d time.Duration) int64 {
	n := int64(d / time.Second)
	if d < 0 && d%time.Second != 0 {
		n--
	}
	return n
}

// appendTokenOrString appends the name of a cache as a structured field: a token if it is one, else a string (RFC 9651 sections
// 4.1.6 and 4.1.7).
func appendTokenOrString(dst []byte, name string) []byte {
	if isToken(name) {
		return append(dst, name...)
	}
	return appendString(dst, name)
}

// appendString appends a string of structured fields. Bytes that none can hold become question marks.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c >= 0x7f:
			dst = append(dst, '?')
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// isToken reports whether name is a token of structured fields (RFC 9651 section 3.3.4).
func isToken(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'; {
		case letter || c == '*':
		case i == 0:
			return false
		case '0' <= c && c <= '9' || c == ':' || c == '/':
		case !isTokenMark(c):
			return false
		}
	}
	return name != ""
}

func isTokenMark(c byte) bool {
	switch c {
	case '!', '#', '$', '%', '&', '\'', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return false
}
