package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lacquer/admin"
)

// order is what the page wants done. Each action reads its own fields.
type order struct {
	Article int    `json:"article"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Path    string `json:"path"`
	Soft    bool   `json:"soft"`
	Clients int    `json:"clients"`
	Up      bool   `json:"up"`
}

// done is the answer of an action that has nothing to tell.
type done struct{}

// actions are what the page can have done, by path.
func (c *control) actions() map[string]func(context.Context, order) (any, error) {
	return map[string]func(context.Context, order) (any, error){
		"/api/article": c.article,
		"/api/edit":    c.edit,
		"/api/visit":   c.visit,
		"/api/purge":   c.purge,
		"/api/tag":     c.purgeTag,
		"/api/herd":    c.herd,
		"/api/origin":  c.origin,
		"/api/soften":  c.soften,
		"/api/tour":    c.tour,
	}
}

// article tells what the site's own editor sees: the article as it is at the origin.
func (c *control) article(_ context.Context, o order) (any, error) {
	a, ok := c.demo.site.Article(o.Article)
	if !ok {
		return nil, wrong{fmt.Errorf("there is no article %d", o.Article)}
	}
	return struct {
		Title string `json:"title"`
		Text  string `json:"text"`
		Path  string `json:"path"`
	}{a.Title, a.Text, a.Path()}, nil
}

// edit changes an article at the origin, and tells nobody.
func (c *control) edit(_ context.Context, o order) (any, error) {
	if err := c.demo.site.Edit(o.Article, o.Title, o.Text); err != nil {
		return nil, wrong{err}
	}
	return done{}, nil
}

// visit asks Lacquer for a page as a visitor without cookies.
func (c *control) visit(ctx context.Context, o order) (any, error) {
	if err := c.known(o.Path); err != nil {
		return nil, err
	}
	return c.demo.visitor.visit(ctx, o.Path, agentVisitor)
}

// purge has a page forgotten, or made too old.
func (c *control) purge(ctx context.Context, o order) (any, error) {
	if err := c.known(o.Path); err != nil {
		return nil, err
	}
	return done{}, c.forget(ctx, o.Path, o.Soft)
}

// purgeTag has all pages forgotten on which an article stands.
func (c *control) purgeTag(ctx context.Context, o order) (any, error) {
	a, ok := c.demo.site.Article(o.Article)
	if !ok {
		return nil, wrong{fmt.Errorf("there is no article %d", o.Article)}
	}
	return c.administer(ctx, admin.PurgeOrder{Tags: []string{a.Tag()}}, "tag "+a.Tag())
}

// administer has the administration purge, and says so in the log of the page, where no request tells of it.
func (c *control) administer(ctx context.Context, order admin.PurgeOrder, what string) (any, error) {
	begin := time.Now()
	objects, err := c.demo.administrator.purge(ctx, order)
	if err != nil {
		return nil, err
	}
	how := "forgotten"
	if order.Soft {
		how = "made too old"
	}
	c.demo.traffic.add(Transaction{
		Who: "purger", Method: "PURGE", URI: what, Status: 200, Result: resultPurge, Took: milliseconds(time.Since(begin)),
		Why: fmt.Sprintf("%s: %d objects", how, objects),
	})
	return done{}, nil
}

// herd sends many clients at a page of which nothing is stored.
func (c *control) herd(ctx context.Context, o order) (any, error) {
	if err := c.known(o.Path); err != nil {
		return nil, err
	}
	if c.demo.herd.state().Running {
		return nil, wrong{errHerdRuns}
	}
	if err := c.forget(ctx, o.Path, false); err != nil {
		return nil, err
	}
	if err := c.demo.herd.send(o.Path, o.Clients); err != nil {
		return nil, wrong{err}
	}
	c.demo.traffic.touch()
	return done{}, nil
}

// origin takes the origin down or up.
func (c *control) origin(_ context.Context, o order) (any, error) {
	change := c.demo.origin.down
	if o.Up {
		change = c.demo.origin.up
	}
	err := change()
	c.demo.traffic.touch()
	return done{}, err
}

// soften makes everything that is stored too old, as if its lifetime were over.
func (c *control) soften(ctx context.Context, _ order) (any, error) {
	return c.administer(ctx, admin.PurgeOrder{All: true, Soft: true}, "everything")
}

// tour asks for every page once, one after the other.
func (c *control) tour(ctx context.Context, _ order) (any, error) {
	visits := []visit{}
	for _, path := range c.demo.site.Paths() {
		v, err := c.demo.visitor.visit(ctx, path, agentVisitor)
		if err != nil {
			return nil, err
		}
		visits = append(visits, v)
	}
	return visits, nil
}

func (c *control) forget(ctx context.Context, path string, soft bool) error {
	v := c.demo.visitor
	return v.purge(ctx, c.demo.traffic.hosts(v.address), path, soft)
}

// known refuses paths that are not of the site: what the page asks for goes out in requests of ours.
func (c *control) known(path string) error {
	if !slices.Contains(c.demo.site.Paths(), path) {
		return wrong{errors.New("the site has no such page")}
	}
	return nil
}
