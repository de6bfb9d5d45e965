package edge

import (
	"net/netip"
	"strings"

	"lacquer/message"
	"lacquer/proxy"
)

// client finds out who sent a request.
//
// X-Forwarded-For is believed from trusted proxies only. The field Forwarded (RFC 7239) is not believed for the address: most
// proxies write the one and let the other through as the client sent it, and nothing tells which of two a proxy wrote itself.
func (s *Server) client(p peer, fields message.Header) proxy.Client {
	c := proxy.Client{Addr: p.address, Peer: p.address, Trusted: p.trusted}
	if c.Trusted {
		c.Addr = forwardedFor(p.address, fields, s.trusts)
	}
	return c
}

// trusts reports whether an address is that of a trusted proxy. A Unix socket has none, and whoever reaches it is not trusted.
func (s *Server) trusts(a netip.Addr) bool { return within(a, s.Trusted) }

func within(a netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// addressOf returns the address in what net/http or package net call the remote address, unmapped and without a zone; invalid
// if it has none, as on a Unix socket.
func addressOf(remote string) netip.Addr {
	if at, err := netip.ParseAddrPort(remote); err == nil {
		return at.Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// forwardedFor reads the lines of X-Forwarded-For from the right, where the nearest proxy has written the address that asked
// it. The first address that is not that of a trusted proxy is the client's: what stands further left is its own claim.
// Where an element is no address, whoever wrote it is as far as can be seen.
func forwardedFor(peer netip.Addr, fields message.Header, trusted func(netip.Addr) bool) netip.Addr {
	client := peer
	for i := len(fields) - 1; i >= 0; i-- {
		if !message.EqualFold(fields[i].Name, "X-Forwarded-For") {
			continue
		}
		for line, more := fields[i].Value, true; more; {
			element := line
			if comma := strings.LastIndexByte(line, ','); comma >= 0 {
				line, element = line[:comma], line[comma+1:]
			} else {
				more = false
			}
			hop, ok := parseHop(strings.Trim(element, " \t"))
			if !ok {
				return client
			}
			if client = hop; !trusted(hop) {
				return client
			}
		}
	}
	return client
}

// parseHop reads an element of X-Forwarded-For: an address, with or without brackets and port.
func parseHop(element string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(element)
	if err != nil {
		if inside, ok := strings.CutPrefix(element, "["); ok && strings.HasSuffix(inside, "]") {
			a, err = netip.ParseAddr(strings.TrimSuffix(inside, "]"))
		} else {
			var at netip.AddrPort
			at, err = netip.ParseAddrPort(element)
			a = at.Addr()
		}
	}
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// forwardedScheme returns the scheme that the nearest proxy says its client used, or otherwise. Some write ws and wss for
// WebSocket.
func forwardedScheme(fields message.Header, otherwise string) string {
	last := ""
	for line := range fields.Values("X-Forwarded-Proto") {
		last = line[strings.LastIndexByte(line, ',')+1:]
	}
	last = strings.Trim(last, " \t")
	switch {
	case message.EqualFold(last, "https"), message.EqualFold(last, "wss"):
		return "https"
	case message.EqualFold(last, "http"), message.EqualFold(last, "ws"):
		return "http"
	}
	return otherwise
}
