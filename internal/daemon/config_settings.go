package daemon

import (
	"errors"
	"fmt"
	"strings"

	"lacquer/edge"
)

// setting is one key of T: how its value is read, whichever layer it was written in.
type setting[T any] struct {
	key     string                 // sections and name, with dots between
	list    bool                   // it takes any number of values
	begin   func(*T)               // called once before the values
	set     func(*T, string) error // called with the value, or with each of a list
	nested  func(*loader, node)    // reads a section whose keys the user names
	unbuilt bool                   // the contract names it, this version does not have it
}

// settings are the keys of T. The order is that of the documentation.
type settings[T any] []setting[T]

func (s settings[T]) find(key string) (setting[T], bool) {
	for _, one := range s {
		if one.key == key {
			return one, true
		}
	}
	return setting[T]{}, false
}

// isSection reports whether keys stand beneath this one.
func (s settings[T]) isSection(key string) bool {
	for _, one := range s {
		if strings.HasPrefix(one.key, key+".") {
			return true
		}
	}
	return false
}

// configSettings are the keys of a configuration.
func configSettings() settings[Config] {
	return settings[Config]{
		many("listen", func(c *Config) *[]string { return &c.Listen }, listenAddress),
		unbuilt[Config]("admin"),
		one("state", func(c *Config) *string { return &c.State }, notEmpty),
		{key: "backends", nested: (*loader).readBackends},

		one("cache.memory", func(c *Config) *Size { return &c.Cache.Memory }, processMemory),
		one("cache.max_object", func(c *Config) *int64 { return &c.Cache.MaxObject }, bytesOf),
		one("cache.ttl", func(c *Config) *duration { return &c.Cache.TTL }, ParseDuration),
		one("cache.heuristics", func(c *Config) *bool { return &c.Cache.Heuristics }, trueOrFalse),
		one("cache.stale_while_revalidate", func(c *Config) *duration { return &c.Cache.StaleWhileRevalidate }, ParseDuration),
		one("cache.stale_if_error", func(c *Config) *duration { return &c.Cache.StaleIfError }, ParseDuration),
		one("cache.keep", func(c *Config) *duration { return &c.Cache.Keep }, ParseDuration),

		many("trusted_proxies", func(c *Config) *[]prefix { return &c.TrustedProxies }, ParsePrefix),
		one("access_log", func(c *Config) *string { return &c.AccessLog.To }, logDestination),
		one("access_log.to", func(c *Config) *string { return &c.AccessLog.To }, logDestination),
		one("access_log.format", func(c *Config) *string { return &c.AccessLog.Format }, logFormat),

		allowed(many("purge.allow", func(c *Config) *[]prefix { return &c.Purge.Allow }, ParsePrefix)),
		unbuilt[Config]("purge.tags"),

		one("limits.header", func(c *Config) *Size { return &c.Limits.Header }, headerSize),
		one("limits.body", func(c *Config) *Size { return &c.Limits.Body }, ParseSize),
		one("limits.header_time", func(c *Config) *duration { return &c.Limits.HeaderTime }, someTime),
		one("limits.idle_time", func(c *Config) *duration { return &c.Limits.IdleTime }, someTime),
		one("limits.send_time", func(c *Config) *duration { return &c.Limits.SendTime }, someTime),

		unbuilt[Config]("tls"),
		unbuilt[Config]("rules"),
		unbuilt[Config]("tests"),
		unbuilt[Config]("compat"),
	}
}

// one is a setting with a single value.
func one[T, V any](key string, at func(*T) *V, parse func(string) (V, error)) setting[T] {
	return setting[T]{key: key, set: func(t *T, text string) error {
		v, err := parse(text)
		if err == nil {
			*at(t) = v
		}
		return err
	}}
}

// many is a setting with a list of values, which replaces that of the layer beneath.
func many[T, V any](key string, at func(*T) *[]V, parse func(string) (V, error)) setting[T] {
	return setting[T]{
		key:   key,
		list:  true,
		begin: func(t *T) { *at(t) = nil },
		set: func(t *T, text string) error {
			v, err := parse(text)
			if err == nil {
				*at(t) = append(*at(t), v)
			}
			return err
		},
	}
}

func unbuilt[T any](key string) setting[T] { return setting[T]{key: key, unbuilt: true} }

// allowed remembers that it was the user who said who may purge.
func allowed(s setting[Config]) setting[Config] {
	begin := s.begin
	s.begin = func(c *Config) {
		begin(c)
		c.Purge.Explicit = true
	}
	return s
}

func listenAddress(text string) (string, error) {
	if _, err := edge.Parse(text); err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "listen address ")) // the key or the flag stands before it
	}
	return text, nil
}

func notEmpty(text string) (string, error) {
	if text == "" {
		return "", errors.New("is empty; give a value or leave the key away")
	}
	return text, nil
}

func trueOrFalse(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

func logDestination(text string) (string, error) {
	switch {
	case text == "stdout", text == "stderr", text == "off", strings.HasPrefix(text, "/"):
		return text, nil
	}
	return "", fmt.Errorf("%q is no place for a log; write stdout, stderr, off, or the path of a file from / on", text)
}

func logFormat(text string) (string, error) {
	switch {
	case text == "combined", text == "json":
		return text, nil
	case strings.ContainsAny(text, "%{$"):
		return "", errors.New("a template is not in this version; write combined or json")
	}
	return "", fmt.Errorf("%q is no format of a log; write combined or json", text)
}
