package story

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing/synctest"
)

// clientSentences returns what clients can do. The subject is "client NAME", who is one, or "herd SIZE", who are so many and all do
// the same at once.
func clientSentences(subject string) []sentence {
	all := []sentence{
		{"sends METHOD TARGET", "send a request, over the connection that is there or over a new one", "request", clientSends},
		{"says \"BYTES\"", "send these bytes as they are", "", clientSays},
		{"gets STATUS", "wait for the whole of the next response; interim ones are skipped unless STATUS is theirs. Unless `cut` is expected, its body must be whole", "expectations", clientGets},
		{"gets head STATUS", "wait for the head of the next response, and look at its body with `reads`", "expectations", clientGetsHead},
		{"reads CONTENT", "wait for the next bytes of the body, or of the connection after 101; at most the first MiB of a body", "", clientReads},
		{"is finished", "the body ends well, and all of it was read", "", func(s *Story, args []string, _ command) error { return s.who(args).each(isFinished) }},
		{"is cut", "the body ends before its end", "", func(s *Story, args []string, _ command) error { return s.who(args).each(isCut) }},
		{"got nothing", "nothing has come that was not looked at, and the connection is there", "", clientGotNothing},
		{"is closed", "wait until the proxy ends the connection", "", func(s *Story, args []string, _ command) error { return s.who(args).each((*client).isClosed) }},
		{"leaves", "close the connection", "", func(s *Story, args []string, _ command) error { return s.who(args).each(leaves) }},
		{"resets", "reset the connection", "", func(s *Story, args []string, _ command) error { return s.who(args).each(resets) }},
		{"dials ADDRESS", "open a new connection to this address, host:port or the path of a Unix socket", "", clientDials},
		{"comes from ADDRESS", "open a new connection from this IP address", "", clientComesFrom},
		{"pauses", "read nothing more from the connection", "", func(s *Story, args []string, _ command) error { return s.who(args).each(pauses) }},
		{"resumes", "read again", "", func(s *Story, args []string, _ command) error { return s.who(args).each(resumes) }},
	}
	for i := range all {
		all[i].usage = subject + " " + all[i].usage
		all[i].run = withProxy(subject, all[i].run)
	}
	return all
}

// withProxy starts the proxy before the first client comes, and makes the client or herd that the sentence speaks of.
func withProxy(subject string, run func(*Story, []string, command) error) func(*Story, []string, command) error {
	return func(s *Story, args []string, c command) error {
		size := 1
		if strings.HasPrefix(subject, "herd") {
			var err error
			if size, err = strconv.Atoi(args[0]); err != nil || size < 1 {
				return fmt.Errorf("%q is not the size of a herd", args[0])
			}
			args[0] = "herd " + args[0]
		}
		if len(s.clients) == 0 {
			if err := s.startProxy(); err != nil {
				return fmt.Errorf("starting the proxy: %w", err)
			}
		}
		s.group(args[0], size)
		return run(s, args, c)
	}
}

// who returns the subject of a sentence.
func (s *Story) who(args []string) *clients { return s.clients[args[0]] }

func clientSends(s *Story, args []string, c command) error {
	r, err := parseRequest(s.script, args[1], args[2], c.block)
	if err != nil {
		return err
	}
	return s.who(args).each(func(c *client) error { return c.send(r) })
}

func clientSays(s *Story, args []string, _ command) error {
	text, err := unquote(args[1])
	if err != nil {
		return err
	}
	return s.who(args).each(func(c *client) error { return c.say(c.variables().expand(text)) })
}

func clientGets(s *Story, args []string, c command) error {
	status, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	e := parseExpectations(c.block)
	return s.who(args).each(func(c *client) error { return c.gets(status, e) })
}

func clientGetsHead(s *Story, args []string, c command) error {
	status, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	e := parseExpectations(c.block)
	return s.who(args).each(func(c *client) error { return c.getsHead(status, e) })
}

func clientReads(s *Story, args []string, _ command) error {
	return s.who(args).each(func(c *client) error {
		want, err := s.script.content(args[1:], c.variables())
		if err != nil {
			return err
		}
		return c.reads(want)
	})
}

func isFinished(c *client) error { return c.ends(false) }

func isCut(c *client) error { return c.ends(true) }

func clientGotNothing(s *Story, args []string, _ command) error {
	synctest.Wait()
	return s.who(args).each((*client).gotNothing)
}

func leaves(c *client) error {
	c.story.note(c.name, "leaves")
	c.leave()
	return nil
}

func resets(c *client) error {
	c.story.note(c.name, "resets the connection")
	if c.conn != nil {
		c.conn.Reset()
	}
	c.leave()
	return nil
}

func clientDials(s *Story, args []string, _ command) error {
	return s.who(args).each(func(c *client) error {
		c.address = args[1]
		return c.dial()
	})
}

func clientComesFrom(s *Story, args []string, _ command) error {
	from, err := netip.ParseAddr(args[1])
	if err != nil {
		return err
	}
	return s.who(args).each(func(c *client) error {
		c.from = netip.AddrPortFrom(from, 0)
		return c.dial()
	})
}

func pauses(c *client) error {
	if err := c.connected(); err != nil {
		return err
	}
	c.inbox.pause(true)
	return nil
}

func resumes(c *client) error {
	c.inbox.pause(false)
	return nil
}
