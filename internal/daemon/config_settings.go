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
	pairs   bool                   // an item of its list may be a name with a value
	form    schema                 // how a value, or each of a list, is written
	help    string                 // what it is for, in one line
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
	return append(settings[Config]{
		many("listen", func(c *Config) *[]string { return &c.Listen }, listenAddress).about("where clients are served: :8080, http://127.0.0.1:80, https://:443, unix:/run/lacquer.sock, proxy+http://:8081"),
		adminSetting().about("where the administration is reached: 127.0.0.1:6082, unix:/path, or off"),
		one("state", func(c *Config) *string { return &c.State }, notEmpty).about("the directory of lock and token"),
		setting[Config]{key: "backends", nested: (*loader).readBackends, form: backendsForm()}.about("the origins: a name and a URL each"),

		one("cache.memory", func(c *Config) *Size { return &c.Cache.Memory }, processMemory).about("what the process may use"),
		one("cache.max_object", func(c *Config) *int64 { return &c.Cache.MaxObject }, bytesOf).written(sizeForm).about("larger bodies are streamed, not stored"),
		one("cache.max_variants", func(c *Config) *int { return &c.Cache.MaxVariants }, someNumber).written(numberForm).about("responses kept for one URL, told apart by Vary"),
		one("cache.ttl", func(c *Config) *duration { return &c.Cache.TTL }, ParseDuration).about("lifetime where the response says nothing at all"),
		one("cache.heuristics", func(c *Config) *bool { return &c.Cache.Heuristics }, trueOrFalse).about("a tenth of the time since Last-Modified, at most a day, where the response says nothing"),
		one("cache.early_refresh", func(c *Config) *bool { return &c.Cache.EarlyRefresh }, trueOrFalse).about("refresh a little before it expires what is asked for often"),
		one("cache.stale_while_revalidate", func(c *Config) *duration { return &c.Cache.StaleWhileRevalidate }, ParseDuration).about("serve stale for so long while a fresh one is fetched, where the response says nothing"),
		one("cache.stale_if_error", func(c *Config) *duration { return &c.Cache.StaleIfError }, ParseDuration).about("serve stale for so long when the origin fails, where the response says nothing"),
		one("cache.keep", func(c *Config) *duration { return &c.Cache.Keep }, ParseDuration).about("kept past all that for a conditional fetch"),

		many("trusted_proxies", func(c *Config) *[]prefix { return &c.TrustedProxies }, ParsePrefix).about("whose forwarding fields and PROXY protocol are believed"),
		one("access_log", func(c *Config) *string { return &c.AccessLog.To }, logDestination).about("a line for each transaction"),
		one("access_log.to", func(c *Config) *string { return &c.AccessLog.To }, logDestination).about("stdout, stderr, off, or the path of a file"),
		one("access_log.format", func(c *Config) *string { return &c.AccessLog.Format }, logFormat).written(wordForm("combined", "json")).about("of the access log"),

		allowed(many("purge.allow", func(c *Config) *[]prefix { return &c.Purge.Allow }, ParsePrefix)).about("who may PURGE on the site's own listener"),
		tagFields().about("fields of responses that hold tags, and where it is not known how their tags stand apart"),
		one("purge.tags.expose", func(c *Config) *bool { return &c.Purge.Expose }, trueOrFalse).about("leave tag fields in what clients get"),

		one("limits.header", func(c *Config) *Size { return &c.Limits.Header }, headerSize).about("bytes of a request head"),
		one("limits.body", func(c *Config) *Size { return &c.Limits.Body }, ParseSize).about("bytes of a request body, 0 for any number"),
		one("limits.header_time", func(c *Config) *duration { return &c.Limits.HeaderTime }, someTime).about("for a request head to arrive"),
		one("limits.idle_time", func(c *Config) *duration { return &c.Limits.IdleTime }, someTime).about("between two requests of a connection"),
		one("limits.body_time", func(c *Config) *duration { return &c.Limits.BodyTime }, someTime).about("for the next piece of a request body to arrive"),
		one("limits.send_time", func(c *Config) *duration { return &c.Limits.SendTime }, someTime).about("for a client to take the next piece of a response"),

		setting[Config]{key: "rules", nested: (*loader).readRules, form: listedForm("rule")}.about("rules, or the path of a file of them, or a pattern of files"),
		setting[Config]{key: "tests", nested: (*loader).readTests, form: listedForm("test")}.about("tests of the rules, or the path of a file of them, or a pattern of files"),

		unbuilt[Config]("compat"),
	}, tlsSettings()...)
}

// about says what a setting is for.
func (s setting[T]) about(help string) setting[T] {
	s.help = help
	return s
}

// written says how a value of a setting is written, where its type alone does not.
func (s setting[T]) written(form schema) setting[T] {
	s.form = form
	return s
}

// one is a setting with a single value.
func one[T, V any](key string, at func(*T) *V, parse func(string) (V, error)) setting[T] {
	return setting[T]{key: key, form: formOf[V](), set: func(t *T, text string) error {
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
		form:  formOf[V](),
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
