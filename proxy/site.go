package proxy

import (
	"net/netip"

	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
)

// Rules are the rules of a site. *rules.Set is one.
type Rules interface {
	Run(step rules.Step, v *rules.Vars, e *rules.Effects)
}

// Site is what the configuration says of how requests are led: all that a reload replaces, at once. A request ends under the site with which it
// began. It is not changed once it is in use.
type Site struct {
	Version  int
	Rules    Rules                     // nil has none
	Backends map[string]origin.Fetcher // by name
	Default  string                    // the backend of requests that no rule sends elsewhere; "" if there is none
	Settings policy.Settings
	Tags     []policy.TagField // response fields that hold tags
	Expose   bool              // tags are not taken off

	PurgeAllow    []netip.Prefix // who may purge
	PurgeExplicit bool           // PurgeAllow was written by the user: a proxy in front on the same machine is meant
}

// run lets the rules of a step speak, if there are any.
func (s *Site) run(step rules.Step, v *rules.Vars, e *rules.Effects) {
	if s.Rules != nil {
		s.Rules.Run(step, v, e)
	}
}

// Swap puts another site in the place of the present one, for requests that begin from now on.
func (s *Server) Swap(site *Site) {
	in := *site
	in.Settings.MaxObject = s.store.MaxObject(in.Settings.MaxObject)
	s.site.Store(&in)
}

// Site returns the site in force.
func (s *Server) Site() *Site { return s.site.Load() }
