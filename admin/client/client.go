package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"lacquer/admin"
)

const (
	connectTime = 5 * time.Second
	maxAnswer   = 64 << 20 // bytes
)

// Client asks one Lacquer. It is safe for concurrent use.
type Client struct {
	where string // as it was given
	base  string // URL without a slash at its end
	token string
	http  *http.Client
}

// New returns a client for the administration at an address: "127.0.0.1:6082", "unix:/run/lacquer/admin.sock", or a URL. A token does not go to
// other machines unless it is encrypted.
func New(address, token string) (*Client, error) {
	c := &Client{where: address, token: token}
	dialer := net.Dialer{Timeout: connectTime}
	transport := &http.Transport{DialContext: dialer.DialContext}
	switch path, socket := strings.CutPrefix(address, "unix:"); {
	case socket:
		c.base = "http://localhost"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		}
	case strings.Contains(address, "://"):
		c.base = strings.TrimSuffix(address, "/")
	default:
		c.base = "http://" + address
	}
	at, err := url.Parse(c.base)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" || at.Path != "" || at.RawQuery != "" {
		return nil, fmt.Errorf("%q is no address of an administration; write 127.0.0.1:6082, unix:/path or https://host:port", address)
	}
	if at.Scheme == "http" && !IsLocal(address) {
		return nil, fmt.Errorf("%s is on another machine, where the token would go in clear; use https://, or an SSH tunnel to its loopback", address)
	}
	c.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// IsLocal reports whether an address is one of this machine.
func IsLocal(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, _, err := net.SplitHostPort(strings.TrimSuffix(address, "/"))
	if err != nil {
		host = strings.TrimSuffix(address, "/")
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// Close lets connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// UnreachableError says that nobody answers.
type UnreachableError struct {
	Where   string
	Nobody  bool // nothing listens there
	Problem error
}

func (e *UnreachableError) Error() string {
	if e.Nobody {
		return "no Lacquer is running at " + e.Where + "; start one by lacquer serve, or name another by --state or --admin"
	}
	return fmt.Sprintf("the Lacquer at %s cannot be reached: %v", e.Where, e.Problem)
}

func (e *UnreachableError) Unwrap() error { return e.Problem }

// FailureError is a refusal by the Lacquer that was asked.
type FailureError struct {
	Status int
	admin.Failure
	where string
}

func (e *FailureError) Error() string {
	if e.Status == http.StatusUnauthorized {
		return "the Lacquer at " + e.where + " does not take this token; run the command as the user who may read its state directory, " +
			"or give the token of that Lacquer in LACQUER_TOKEN"
	}
	return cmp.Or(e.Message, http.StatusText(e.Status))
}

// Purge forgets.
func (c *Client) Purge(ctx context.Context, order admin.PurgeOrder) (report admin.PurgeReport, err error) {
	return report, c.ask(ctx, "POST", "/api/v1/purge", order, &report)
}

// Explain asks what would become of a request.
func (c *Client) Explain(ctx context.Context, q admin.Question) (e admin.Explanation, err error) {
	return e, c.ask(ctx, "POST", "/api/v1/explain", q, &e)
}

// Stats returns the counts.
func (c *Client) Stats(ctx context.Context) (s admin.Stats, err error) {
	return s, c.ask(ctx, "GET", "/api/v1/stats", nil, &s)
}

// Reload has the configuration read anew.
func (c *Client) Reload(ctx context.Context) (v admin.Version, err error) {
	return v, c.ask(ctx, "POST", "/api/v1/reload", nil, &v)
}

// Versions returns the configurations that are remembered, the newest first.
func (c *Client) Versions(ctx context.Context) ([]admin.Version, error) {
	var list admin.VersionList
	err := c.ask(ctx, "GET", "/api/v1/versions", nil, &list)
	return list.Versions, err
}

// Rollback goes back to a version; 0 is the one before.
func (c *Client) Rollback(ctx context.Context, to int) (v admin.Version, err error) {
	return v, c.ask(ctx, "POST", "/api/v1/rollback", admin.RollbackOrder{To: to}, &v)
}

// ask sends a value, unless it is nil, and reads the answer into another.
func (c *Client) ask(ctx context.Context, method, path string, send, receive any) error {
	var body io.Reader
	if send != nil {
		text, err := json.Marshal(send)
		if err != nil {
			return fmt.Errorf("ask %s: %w", c.where, err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.where, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if send != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return &UnreachableError{Where: c.where, Problem: err}
	}
	if response.StatusCode != http.StatusOK {
		failed := &FailureError{Status: response.StatusCode, where: c.where}
		if json.Unmarshal(text, &failed.Failure) != nil || failed.Code == "" {
			return &UnreachableError{Where: c.where, Problem: fmt.Errorf("what answers there, with %s, is no Lacquer", response.Status)}
		}
		return failed
	}
	if err := json.Unmarshal(text, receive); err != nil {
		return &UnreachableError{Where: c.where, Problem: errors.New("what answers there is no Lacquer")}
	}
	return nil
}

// unreachable says in a user's words why there is no answer.
func (c *Client) unreachable(err error) error {
	nobody := errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &UnreachableError{Where: c.where, Nobody: nobody, Problem: err}
}
