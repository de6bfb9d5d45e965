package story

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"time"

	"lacquer/internal/memnet"
)

const (
	proxyAddress  = "proxy:8080" // where clients connect to unless they say otherwise
	clientAddress = "192.0.2.1"  // where they come from: nobody special (RFC 5737)
)

// clients are one client or a herd of them, who all do the same at once.
type clients struct {
	name    string
	members []*client
}

// client is somebody with a connection to the proxy.
type client struct {
	story   *Story
	name    string
	number  int // in its herd, from 1
	address string
	from    netip.AddrPort
	conn    *memnet.Conn
	inbox   *inbox // what came over conn

	taken   int       // responses of the inbox that the script has looked at
	current *response // the one it looks at
	at      int64     // bytes of its body that were read piece by piece
}

func newClients(s *Story, name string, size int) *clients {
	c := &clients{name: name}
	for i := range size {
		member := &client{story: s, name: name, number: i + 1, address: proxyAddress}
		if size > 1 {
			member.name = fmt.Sprintf("%s, member %d", name, i+1)
		}
		member.from = netip.AddrPortFrom(netip.MustParseAddr(clientAddress), 0)
		c.members = append(c.members, member)
	}
	return c
}

// each does the same for all members.
func (c *clients) each(act func(*client) error) error {
	for _, member := range c.members {
		if err := act(member); err != nil {
			return fmt.Errorf("%s: %w", member.name, err)
		}
	}
	return nil
}

func (c *client) variables() variables { return variables{"member": strconv.Itoa(c.number)} }

// dial opens a connection, and leaves the one that was there.
func (c *client) dial() error {
	c.leave()
	network := "tcp"
	if c.address[0] == '/' {
		network = "unix"
	}
	ctx, cancel := c.story.patient()
	defer cancel()
	conn, err := c.story.network.DialFrom(ctx, c.from, network, c.address)
	if err != nil {
		return err
	}
	c.conn = conn.(*memnet.Conn)
	c.inbox = newInbox()
	c.taken, c.current = 0, nil
	c.story.running.Go(func() { c.inbox.receive(conn) })
	return nil
}

// connected dials where there was no connection yet.
func (c *client) connected() error {
	if c.conn == nil {
		return c.dial()
	}
	return nil
}

// leave closes the connection, if there is one.
func (c *client) leave() {
	if c.conn != nil {
		_ = c.conn.Close() // it may have been reset
		c.inbox.pause(false)
		c.conn = nil
	}
}

// say sends bytes as they are.
func (c *client) say(text string) error {
	if err := c.connected(); err != nil {
		return err
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(c.story.patience))
	if _, err := io.WriteString(c.conn, text); err != nil {
		return fmt.Errorf("the connection does not take bytes any more: %w", err)
	}
	return nil
}

// send sends a request. A connection that the proxy has closed because it was idle is opened anew, as browsers do.
func (c *client) send(r *request) error {
	if c.conn != nil && c.inbox.idledAway() {
		c.leave()
	}
	if err := c.connected(); err != nil {
		return err
	}
	if ended, why := c.inbox.over(); ended {
		return fmt.Errorf("the connection has ended with the last response (%v); dial anew if that was expected", why)
	}
	h, err := r.head(c)
	if err != nil {
		return err
	}
	c.inbox.asked(r.method)
	c.story.note(c.name, "sends %s %s", r.method, r.target)
	if err := c.say(h); err != nil {
		return err
	}
	return r.writeBody(c)
}
