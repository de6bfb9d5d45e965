package daemon

import (
	"reflect"
	"time"
)

// Reload reads the configuration anew, tries the tests of its rules, and puts it in force at once for requests that begin from then on;
// those under way end under the rules with which they began. If anything is wrong the present configuration stays, and the error is
// an *Error with all problems.
//
// Listeners, memory and whatever else is opened at the start stay as they are; where the new configuration has them otherwise, a warning
// is logged.
func (d *Daemon) Reload() (Version, error) { return d.ReloadFor("reload") }

// ReloadFor is Reload for somebody or something that is named in Versions, such as "SIGHUP".
func (d *Daemon) ReloadFor(who string) (_ Version, wrong error) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	defer func() { d.administration.reloaded(wrong == nil) }()
	cfg, err := d.load()
	if err != nil {
		return Version{}, err
	}
	if err := cfg.TryRules(time.Now()); err != nil {
		return Version{}, err
	}
	next, err := d.release(cfg, who)
	if err != nil {
		return Version{}, err
	}
	d.put(next)
	return next.Version, nil
}

// Rollback puts an earlier configuration in force again, as a new version: the one of this number, or for 0 the one before the present.
// The configuration's files stay as they are: the next reload reads them.
func (d *Daemon) Rollback(n int) (Version, error) { return d.RollbackFor(n, "rollback") }

// RollbackFor is Rollback for somebody or something that is named in Versions.
func (d *Daemon) RollbackFor(n int, who string) (Version, error) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	earlier, err := d.live.find(n)
	if err != nil {
		return Version{}, err
	}
	next, err := d.release(earlier.config, who)
	if err != nil {
		return Version{}, err
	}
	next.Of = earlier.Of
	d.put(next)
	return next.Version, nil
}

// load reads the configuration anew.
func (d *Daemon) load() (*Config, error) {
	if d.host.Load != nil {
		return d.host.Load()
	}
	return Load(d.live.present().config.source)
}

// put swaps the present release for another.
func (d *Daemon) put(next *release) {
	if names := unmoved(d.started, next.config); len(names) > 0 {
		d.host.Log.Warn("a reload does not change these; start anew for them", "keys", names)
	}
	d.way.Swap(d.live.install(next))
	d.live.retire()
	d.host.Log.Info("configuration in force", "version", next.Number, "by", next.By, "rules", next.Rules, "tests", next.Tests, "hash", next.Hash[:12])
}

// unmoved names the keys that differ and are fixed when a process starts.
func unmoved(started, next *Config) []string {
	var names []string
	fixed := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			names = append(names, name)
		}
	}
	fixed("listen", started.Listen, next.Listen)
	fixed("admin", started.Admin, next.Admin)
	fixed("state", started.State, next.State)
	fixed("cache.memory", started.writtenMemory(), next.writtenMemory())
	fixed("cache.max_object", started.Cache.MaxObject, next.Cache.MaxObject)
	fixed("cache.max_variants", started.Cache.MaxVariants, next.Cache.MaxVariants)
	fixed("trusted_proxies", started.TrustedProxies, next.TrustedProxies)
	fixed("access_log", started.AccessLog, next.AccessLog)
	fixed("limits", started.Limits, next.Limits)
	fixed("tls", started.TLS, next.TLS)
	return names
}

// writtenMemory is the memory that was written, 0 if it is what the machine had left, which differs at each look.
func (c *Config) writtenMemory() Size {
	if c.machine {
		return 0
	}
	return c.Cache.Memory
}
