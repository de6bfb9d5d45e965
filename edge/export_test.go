package edge

import (
	"net/netip"

	"lacquer/message"
)

// ForwardedFor is forwardedFor of these lines, for its fuzz test.
func ForwardedFor(peer netip.Addr, lines []string, trusted func(netip.Addr) bool) netip.Addr {
	var h message.Header
	for _, line := range lines {
		h.Add("X-Forwarded-For", line)
	}
	return forwardedFor(peer, h, trusted)
}

// Draining reports whether Shutdown has begun.
func Draining(s *Server) bool { return s.draining.Load() }

// In tests, what is over is overwritten: whoever keeps a view of a request finds nothing there.
func init() { overwriting = true }
