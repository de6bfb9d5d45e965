package policy

// HeuristicallyCacheable reports whether responses with this status may be stored without any freshness of their own (RFC 9110
// section 15.1). Of those with 206 only such may be stored at all as hold a single part (PartOf).
func HeuristicallyCacheable(status int) bool {
	switch status {
	case 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

// FailureStatus reports whether a response with this status means that the origin is sick, so that a stale response may be
// served in its place (RFC 5861 section 4).
func FailureStatus(status int) bool {
	switch status {
	case 500, 502, 503, 504:
		return true
	}
	return false
}

// understood reports whether we know what this status asks of a cache, which is what must-understand wants to know (RFC 9111
// section 5.2.2.3).
func understood(status int) bool {
	switch status {
	case 200, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 414, 451, 500, 501, 502, 503, 504:
		return true
	}
	return false
}

// ofThisRequest reports whether a response with this status answers something in the request that the key does not hold: its
// conditions, its size, its ranges, its connection. Stored, one visitor's odd request would become everybody's error page.
func ofThisRequest(status int) bool {
	switch status {
	case 401, 407, 408, 412, 413, 416, 417, 421, 425, 426, 428, 429, 431, 511:
		return true
	}
	return false
}
