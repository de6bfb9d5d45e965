package daemon

import (
	"fmt"
	"net/netip"
	"strings"
)

// ParsePrefix reads an address or a network in CIDR form, such as 127.0.0.0/8, ::1/128 or 10.0.0.7. IPv4-mapped IPv6 becomes
// the IPv4 that it stands for. A network with bits set beyond its length is refused: it is unclear which of the two was meant.
func ParsePrefix(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q is no address; write it like 10.0.0.0/8, 192.0.2.7 or ::1/128", text)
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network; write it like 10.0.0.0/8, 192.0.2.7 or ::1/128", text)
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits set beyond its length; write %s or %s", text, p.Masked(), p.Addr())
	}
	return p, nil
}
