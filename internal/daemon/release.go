package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"lacquer/origin"
	"lacquer/proxy"
)

// keptVersions is how many configurations are kept to be rolled back to, the present one among them.
const keptVersions = 20

// Version is a configuration that was or is in force.
type Version struct {
	Number    int       // from 1, never given twice
	Of        int       // the version that it repeats after a rollback; its own number otherwise
	Time      time.Time // since when it was in force
	By        string    // who or what asked for it: "start", "SIGHUP", ...
	File      string    // path of the configuration, "" if there was none
	Hash      string    // SHA-256 of all that was read, in hexadecimal
	Rules     int       // of the user
	Tests     int
	Documents []Document // what was read, the configuration itself first
}

// release is a version that can be put in force.
type release struct {
	Version
	config *Config
	site   *proxy.Site
}

// releases are the versions that are kept, and the backends that they need. It is safe for concurrent use.
type releases struct {
	mu       sync.Mutex // protects what follows
	kept     []*release // the present one last
	last     int        // number that was given last
	backends map[Backend]*origin.Backend
}

// release makes a version of a configuration. Backends that did not change keep their connections.
func (d *Daemon) release(cfg *Config, by string) (*release, error) {
	l := &d.live
	l.mu.Lock()
	defer l.mu.Unlock()
	fetchers := make(map[string]origin.Fetcher, len(cfg.Backends))
	for _, b := range cfg.Backends {
		backend, err := l.backend(b, d.host)
		if err != nil {
			return nil, err
		}
		fetchers[b.Name] = backend
	}
	l.last++
	r := &release{config: cfg, Version: Version{
		Number:    l.last,
		Of:        l.last,
		Time:      time.Now(),
		By:        by,
		File:      cfg.File,
		Hash:      hash(cfg.Documents),
		Rules:     len(cfg.RuleNames()),
		Tests:     len(cfg.Tests),
		Documents: cfg.Documents,
	}}
	r.site = &proxy.Site{
		Version:       r.Number,
		Rules:         cfg.Rules,
		Backends:      fetchers,
		Default:       cfg.Backend.Name,
		Settings:      cfg.Cache.Settings,
		Tags:          cfg.Purge.Tags,
		Expose:        cfg.Purge.Expose,
		PurgeAllow:    cfg.Purge.Allow,
		PurgeExplicit: cfg.Purge.Explicit,
	}
	return r, nil
}

// backend returns the backend that is configured so, made new where there is none.
func (l *releases) backend(b Backend, host Host) (*origin.Backend, error) {
	if known, ok := l.backends[b]; ok {
		return known, nil
	}
	made, err := origin.New(origin.Options{Name: b.Name, URL: b.URL, Dial: host.Dial, Timeouts: b.Timeouts})
	if err != nil {
		return nil, err
	}
	if l.backends == nil {
		l.backends = map[Backend]*origin.Backend{}
	}
	l.backends[b] = made
	return made, nil
}

// install makes a release the present one, and returns its site.
func (l *releases) install(r *release) *proxy.Site {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, r)
	if past := len(l.kept) - keptVersions; past > 0 {
		l.kept = slices.Delete(l.kept, 0, past)
	}
	return r.site
}

// retire closes the idle connections of backends that are not those of the present release, and forgets the ones that no kept release
// needs. Fetches under way keep theirs.
func (l *releases) retire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	uses := func(r *release, b Backend) bool { return slices.Contains(r.config.Backends, b) }
	present := l.kept[len(l.kept)-1]
	for b, backend := range l.backends {
		if uses(present, b) {
			continue
		}
		backend.Close()
		if !slices.ContainsFunc(l.kept, func(r *release) bool { return uses(r, b) }) {
			delete(l.backends, b)
		}
	}
}

// close closes the idle connections of all backends.
func (l *releases) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.backends {
		b.Close()
	}
	return nil
}

// present returns the release in force.
func (l *releases) present() *release {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept[len(l.kept)-1]
}

// find returns a release by its number. 0 stands for the one before the present: where that is itself the outcome of a rollback, the
// one before what it repeats, so that one rollback after the other leads further back.
func (l *releases) find(number int) (*release, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	present := l.kept[len(l.kept)-1]
	if number == 0 {
		before := slices.IndexFunc(l.kept, func(r *release) bool { return r.Number >= present.Of }) - 1
		if before < 0 {
			return nil, fmt.Errorf("no configuration before version %d is kept; there is nothing to go back to", present.Of)
		}
		return l.kept[before], nil
	}
	i := slices.IndexFunc(l.kept, func(r *release) bool { return r.Number == number })
	if i < 0 {
		return nil, fmt.Errorf("version %d is not kept; those from %d to %d are", number, l.kept[0].Number, present.Number)
	}
	return l.kept[i], nil
}

// Versions returns the configurations that are kept, at most 20, the present one first.
func (d *Daemon) Versions() []Version {
	l := &d.live
	l.mu.Lock()
	defer l.mu.Unlock()
	versions := make([]Version, len(l.kept))
	for i, r := range l.kept {
		versions[len(versions)-1-i] = r.Version
	}
	return versions
}

// hash returns the SHA-256 of documents, each with its path and length, in hexadecimal.
func hash(documents []Document) string {
	h := sha256.New()
	for _, d := range documents {
		fmt.Fprintf(h, "%q %d\n", d.Path, len(d.Text))
		h.Write(d.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
