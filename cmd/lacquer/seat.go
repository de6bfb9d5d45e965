package main

import (
	"cmp"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lacquer/admin"
	"lacquer/admin/client"
	"lacquer/internal/daemon"
)

// The environment names which Lacquer a command talks to, too.
const (
	adminVariable = "LACQUER_ADMIN" // the key admin of the configuration, by the same name
	stateVariable = "LACQUER_STATE" // likewise
	tokenVariable = "LACQUER_TOKEN"
)

// seatFlags say which Lacquer a command talks to.
type seatFlags struct {
	config, state, admin string
}

func (f *seatFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.admin, "admin", "", "`ADDRESS` of the administration, such as 127.0.0.1:6082 or unix:/path (default from the state directory)")
	flags.StringVar(&f.state, "state", "", "state `DIRECTORY` of the Lacquer (default as for serve)")
	flags.StringVarP(&f.config, "config", "c", "", "its configuration `FILE`, which may name the state directory (default as for serve)")
}

// open finds the Lacquer and returns a client for it.
func (f *seatFlags) open() (*client.Client, error) {
	address, token, err := f.find()
	if err != nil {
		return nil, failure{err}
	}
	c, err := client.New(address, token)
	return c, asFailure(err)
}

// find returns address and token: of another Lacquer those that were given, of one on this machine what it has left in its state directory.
func (f *seatFlags) find() (address, token string, err error) {
	token = os.Getenv(tokenVariable)
	address = cmp.Or(f.admin, namedInEnvironment())
	if address != "" && token != "" {
		return address, token, nil
	}
	seat, err := daemon.FindSeat(f.directories())
	switch {
	case address == "":
		return seat.Address, cmp.Or(token, seat.Token), err
	case err == nil && client.IsLocal(address):
		return address, seat.Token, nil
	}
	// The token of this machine's Lacquer is nobody else's business.
	return "", "", errors.New("the token for " + address + " is not known; give it in " + tokenVariable)
}

// namedInEnvironment returns the address that the environment names, unless that is how serve is told to take any or none.
func namedInEnvironment() string {
	address := os.Getenv(adminVariable)
	if _, port, err := net.SplitHostPort(address); address == admin.Off || err == nil && strings.TrimLeft(port, "0") == "" {
		return ""
	}
	return address
}

// directories are the state directories in which the Lacquer may be.
func (f *seatFlags) directories() []string {
	state := cmp.Or(f.state, os.Getenv(stateVariable))
	if state == "" {
		file := f.config
		if file == "" {
			file = findConfig(os.Getenv, exists)
		}
		if file != "" {
			state = daemon.StateIn(daemon.Source{File: file, Environ: os.Environ()})
		}
	}
	return daemon.StateDirectories(state, os.Environ(), daemon.SystemState)
}
