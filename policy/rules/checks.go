package rules

import (
	"fmt"
	"net/netip"
	"strings"

	"lacquer/message"
)

// framing are the fields that say where a message ends and what becomes of its connection. They are written anew for each message;
// a rule that could touch them could split one message into two.
var framing = [...]string{
	"Connection", "Content-Length", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
}

func isFraming(name string) bool {
	for _, one := range framing {
		if message.EqualFold(name, one) {
			return true
		}
	}
	return false
}

// fieldName checks the name of a field that a rule wants to write.
func (c *compiler) fieldName(n *Node) bool {
	switch {
	case n.Kind != Scalar || !message.IsToken(n.Text):
		c.problem(n.Position, fmt.Sprintf("%q cannot be the name of a field", n.Text), "")
	case isFraming(n.Text):
		c.problem(n.Position, n.Text+" belongs to the framing of messages, which rules do not touch", "")
	case message.EqualFold(n.Text, "Host"):
		c.problem(n.Position, "Host is no field to a rule", "use host: to rewrite it")
	default:
		return true
	}
	return false
}

// checkField refuses what would end a field line early, and with it begin another field.
func checkField(s string) error {
	if !message.IsFieldValue(s) {
		return fmt.Errorf("%q has a line end or another control character, which a field cannot hold", shortenedText(s))
	}
	return nil
}

// checkLine refuses control characters in what goes into keys, tags and names.
func checkLine(s string) error {
	if !message.IsFieldValue(s) {
		return fmt.Errorf("%q has a line end or another control character", shortenedText(s))
	}
	return nil
}

// checkURL checks a path and query as a request line may hold them.
func checkURL(s string) error {
	if !strings.HasPrefix(s, "/") {
		if strings.Contains(s, "://") {
			return fmt.Errorf("%q is a whole URL: url wants path and query, and host the host", shortenedText(s))
		}
		return fmt.Errorf("%q is no path: it must begin with a slash", shortenedText(s))
	}
	if err := checkVisible(s); err != nil {
		return err
	}
	path, _, _ := strings.Cut(s, "?")
	for rest := path; ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			return nil
		}
		if len(after) < 2 || !isHex(after[0]) || !isHex(after[1]) {
			return fmt.Errorf("%q has a %% that is not followed by two hexadecimal digits", shortenedText(s))
		}
		rest = after[2:]
	}
}

// checkLocation checks where a redirect leads: an absolute URL or a path.
func checkLocation(s string) error {
	if s == "" {
		return fmt.Errorf("the redirect leads nowhere: write a URL or a path")
	}
	return checkVisible(s)
}

// checkVisible refuses what must be percent-encoded in a URL; a fragment is not sent to servers, but browsers keep that of a redirect.
func checkVisible(s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return fmt.Errorf("%q: byte %#02x cannot stand in a URL, write it percent-encoded", shortenedText(s), s[i])
		}
	}
	return nil
}

// checkHost checks a host and optional port.
func checkHost(s string) error {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		if port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
			return fmt.Errorf("%q: the port is no number", shortenedText(s))
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err == nil && address.Is6() && address.Zone() == "" && strings.HasSuffix(host, "]") {
			return nil
		}
		return fmt.Errorf("%q is no address", shortenedText(s))
	}
	plain := strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
	if host == "" || len(host) > 255 || !plain || host[0] == '.' || strings.Contains(host, "..") {
		return fmt.Errorf("%q is no host with optional port", shortenedText(s))
	}
	return nil
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// shortenedText keeps what clients sent from filling the log.
func shortenedText(s string) string {
	const enough = 80
	if len(s) > enough {
		return s[:enough] + "..."
	}
	return s
}
