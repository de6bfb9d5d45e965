package admin

import (
	"net/http"

	"lacquer/policy"
)

// maxPurges bounds what one request may purge.
const maxPurges = 10_000

// PurgeOrder says what is to be forgotten: URLs, tags, or all.
type PurgeOrder struct {
	URLs   []string `json:"urls,omitempty"`
	Tags   []string `json:"tags,omitempty"`
	All    bool     `json:"all,omitempty"`
	Soft   bool     `json:"soft,omitempty"`    // it becomes stale instead
	DryRun bool     `json:"dry_run,omitempty"` // nothing is purged; what there is now is counted
}

// PurgeReport says what was done, in the order of what was asked.
type PurgeReport struct {
	DryRun bool     `json:"dry_run"`
	Purged []Purged `json:"purged"`
}

// purge forgets. All of an order is looked at before any of it is done.
func (s *Server) purge(w http.ResponseWriter, r *http.Request) error {
	var order PurgeOrder
	if err := read(r, &order); err != nil {
		return err
	}
	if why := order.wrong(); why != nil {
		return why
	}
	report := PurgeReport{DryRun: order.DryRun, Purged: []Purged{}}
	for _, one := range order.steps() {
		done, err := s.forget(one, order.DryRun)
		if err != nil {
			return err
		}
		report.Purged = append(report.Purged, done)
	}
	return answer(w, report)
}

// wrong says what does not let an order be carried out.
func (o *PurgeOrder) wrong() error {
	switch n := len(o.URLs) + len(o.Tags); {
	case n == 0 && !o.All:
		return input("nothing is to be purged; give urls, tags, or all")
	case n > 0 && o.All:
		return input("all cannot stand beside urls or tags")
	case n > maxPurges:
		return input("%d purges are too many for one request; at most %d", n, maxPurges)
	}
	for _, url := range o.URLs {
		if _, err := policy.PrimaryOf(url); err != nil {
			return input("%v", err)
		}
	}
	for _, tag := range o.Tags {
		if tag == "" {
			return input("a tag is empty")
		}
	}
	return nil
}

// steps are the purges of an order, as yet without what they did.
func (o *PurgeOrder) steps() []Purged {
	var all []Purged
	for _, url := range o.URLs {
		all = append(all, Purged{Kind: KindURL, What: url, Soft: o.Soft})
	}
	for _, tag := range o.Tags {
		all = append(all, Purged{Kind: KindTag, What: tag, Soft: o.Soft})
	}
	if o.All {
		all = append(all, Purged{Kind: KindAll, Soft: o.Soft})
	}
	return all
}

// Kinds of purges.
const (
	KindURL = "url"
	KindTag = "tag"
	KindAll = "all"
)

// forget makes one purge, or counts what it would hit.
func (s *Server) forget(p Purged, dry bool) (Purged, error) {
	if dry {
		return s.count(p), nil
	}
	var done Purged
	var err error
	switch p.Kind {
	case KindURL:
		done, err = s.House.PurgeURL(p.What, p.Soft)
	case KindTag:
		done, err = s.House.PurgeTag(p.What, p.Soft)
	default:
		done, err = s.House.PurgeAll(p.Soft)
	}
	if err != nil {
		return p, err
	}
	p.Number, p.Objects, p.Bytes = done.Number, done.Objects, done.Bytes
	s.Metrics.Purged(p.Kind, ByAPI)
	what := []any{"by", ByAPI, "kind", p.Kind, "what", p.What, "soft", p.Soft}
	if p.Objects >= 0 {
		what = append(what, "objects", p.Objects, "bytes", p.Bytes)
	}
	s.Log.Info("purged", what...)
	return p, nil
}

// count says what a purge would hit now.
func (s *Server) count(p Purged) Purged {
	var f Filter
	switch p.Kind {
	case KindURL:
		f.URL = p.What
	case KindTag:
		f.Tag = p.What
	}
	for o := range s.House.Objects(f) {
		if o.Stored {
			p.Objects++
			p.Bytes += o.Bytes
		}
	}
	return p
}
