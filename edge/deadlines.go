package edge

import "time"

const (
	// drainTime is how long the rest of a body that nobody wanted is read, to keep the connection.
	drainTime = 5 * time.Second
	// lingerTime is how long a connection that was answered for the last time is read on, so that the answer arrives.
	lingerTime = 5 * time.Second
)

// past is a deadline that has passed: it wakes who waits on a connection.
var past = time.Unix(1, 0)

// extended returns the deadline for what may take limit from now on. The one that stands, until, is kept while it leaves at least
// that and at most a quarter more: so a busy connection moves its deadlines every now and then and not with each request.
func extended(until, now time.Time, limit time.Duration) (deadline time.Time, move bool) {
	if left := until.Sub(now); left >= limit && left <= limit+limit/4 {
		return until, false
	}
	return now.Add(limit + limit/4), true
}

// readWithin lets a read wait for limit, and at most a quarter more. Only who may read from the connection calls it.
func (c *connection) readWithin(now time.Time, limit time.Duration) {
	if deadline, move := extended(c.readUntil, now, limit); move {
		c.readBy(deadline)
	}
}

// readBy sets the read deadline; the zero time takes it away.
func (c *connection) readBy(deadline time.Time) {
	c.readUntil = deadline
	_ = c.conn.SetReadDeadline(deadline) // fails on closed connections alone, as the read will
}

// writeWithin lets a write wait for limit, and at most a quarter more. Only who may write to the connection calls it.
func (c *connection) writeWithin(now time.Time, limit time.Duration) {
	if deadline, move := extended(c.writeUntil, now, limit); move {
		c.writeUntil = deadline
		_ = c.conn.SetWriteDeadline(deadline)
	}
}
