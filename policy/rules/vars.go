package rules

import (
	"net/netip"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// Vars is what expressions read, and the heads that actions change. What a step does not have is nil or zero, and cannot be named by its
// rules. It is used by one goroutine.
type Vars struct {
	Now      time.Time
	Req      *message.Request // the client's; at Fetch and Response the one to the origin
	ID       string           // of the request
	Restarts int
	TLS      *TLS // nil without
	Client   Client
	Resp     *message.Response // the origin's at Response, the client's at Deliver and Error
	Obj      Obj
	Cache    Cache
	Backend  Backend
	Hooks    Hooks // nil: counts and log lines go nowhere
}

// Client is who sent the request.
type Client struct {
	Addr, Peer netip.Addr
	Trusted    bool
}

// TLS is what is known of the client's connection.
type TLS struct {
	Version, Cipher, ServerName, Protocol string
}

// Obj is what is stored, at Deliver.
type Obj struct {
	Age, TTL time.Duration
	Hits     int64
	Tags     []string
	Stale    bool
}

// Cache is what the store had to say, at Deliver and Error.
type Cache struct {
	Hit, Miss, Pass, Stale bool
	Reason                 policy.Reason
}

// Backend is the origin that is or was asked, from Fetch on.
type Backend struct {
	Name      string
	Healthy   bool
	FetchTime time.Duration // until the head was there; from Response on
}

// Hooks is where rules cause something outside. It is safe for concurrent use.
type Hooks interface {
	Count(name string)             // action count
	Log(rule, text string)         // action log
	Failed(rule string, err error) // a rule that failed at run time and was skipped
}
