package edge

import (
	"sync/atomic"
	"time"

	"lacquer/message"
)

// date is a second and its text.
type date struct {
	second int64
	text   string
}

// today is the date that was asked for last.
var today atomic.Pointer[date]

// dateOf returns a time as the field Date has it (RFC 9110 section 6.6.1). It makes the text once a second.
func dateOf(now time.Time) string {
	second := now.Unix()
	if d := today.Load(); d != nil && d.second == second {
		return d.text
	}
	d := &date{second, message.FormatDate(now)}
	today.Store(d)
	return d.text
}
