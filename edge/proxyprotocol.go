package edge

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
)

const (
	// proxyHeaderTime is how long a trusted proxy may take to say for whom it connects.
	proxyHeaderTime = 5 * time.Second
	// proxyHeaderSize holds the longest header of version 1, which has to fit.
	proxyHeaderSize = 256
)

// proxyListener accepts connections that begin with a header of the PROXY protocol, version 1 or 2, and whose address is then
// the one that the header tells. The header is read on the goroutine that serves the connection, so a silent peer holds up
// nobody. Only trusted peers may connect: whoever can send the header can be anybody.
type proxyListener struct {
	net.Listener
	trusted []netip.Prefix
}

// Accept waits for the next connection from a trusted peer.
func (l *proxyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if within(addressOf(conn.RemoteAddr().String()), l.trusted) {
			return &announced{Conn: conn}, nil
		}
		conn.Close()
	}
}

// announced is a connection whose header says who is at its other end. One that does not say (UNKNOWN, LOCAL) is from nobody: its peer, the load balancer, is
// somebody who may purge, perhaps, and whose word counts.
type announced struct {
	net.Conn
	once   sync.Once     // reads the header
	reader *bufio.Reader // what was read with it; nil once that is used up
	from   net.Addr
	err    error
}

// header waits for the header. Nothing may have been read before.
func (a *announced) header() error {
	a.once.Do(func() {
		a.from, a.reader = nobody{}, bufio.NewReaderSize(a.Conn, proxyHeaderSize)
		_ = a.SetReadDeadline(time.Now().Add(proxyHeaderTime))
		gatherLine(a.reader)
		var h *proxyproto.Header
		if h, a.err = proxyproto.Read(a.reader); a.err == nil && !h.Command.IsLocal() && !h.TransportProtocol.IsUnspec() {
			a.from = h.SourceAddr
		}
		_ = a.SetReadDeadline(time.Time{})
	})
	return a.err
}

// gatherLine reads on until a header of version 1 is there to its end. The protocol recommends to take one in pieces (section 2), and the library
// refuses what has not come at once. All else is left to the library, errors included.
func gatherLine(r *bufio.Reader) {
	const name, longest = "PROXY ", 107
	for n := 1; n <= longest; n = r.Buffered() + 1 {
		if _, err := r.Peek(n); err != nil {
			return
		}
		line, _ := r.Peek(r.Buffered())
		begins := min(len(line), len(name))
		if string(line[:begins]) != name[:begins] || bytes.IndexByte(line, '\n') >= 0 {
			return
		}
	}
}

// rest returns what was read beyond the header, once.
func (a *announced) rest() []byte {
	early, _ := a.reader.Peek(a.reader.Buffered())
	a.reader = nil
	return early
}

// Read reads what follows the header.
func (a *announced) Read(p []byte) (int, error) {
	if err := a.header(); err != nil {
		return 0, err
	}
	if a.reader != nil {
		if a.reader.Buffered() > 0 {
			return a.reader.Read(p)
		}
		a.reader = nil
	}
	return a.Conn.Read(p)
}

// RemoteAddr waits for the header.
func (a *announced) RemoteAddr() net.Addr {
	if a.header() != nil {
		return nobody{}
	}
	return a.from
}

// nobody is the address of who did not say.
type nobody struct{}

func (nobody) Network() string { return "unknown" }
func (nobody) String() string  { return "unknown" }
