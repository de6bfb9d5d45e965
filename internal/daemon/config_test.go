package daemon_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lacquer/internal/daemon"
	"lacquer/origin"
	"lacquer/policy"
)

// comparing compares configurations by what they say.
var comparing = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmpopts.IgnoreUnexported(daemon.Config{}),
	cmpopts.IgnoreFields(daemon.Config{}, "Rules", "Tests", "Documents"),
}

func load(t *testing.T, source daemon.Source) *daemon.Config {
	t.Helper()
	c, err := daemon.Load(source)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

func TestDefaults(t *testing.T) {
	got := load(t, daemon.Source{
		Flags:  daemon.Flags{Backend: "http://127.0.0.1:3000"},
		System: fstest.MapFS{"proc/meminfo": {Data: []byte("MemAvailable: 4194304 kB\n")}},
	})
	backend := daemon.Backend{
		Name:     "default",
		URL:      "http://127.0.0.1:3000",
		Timeouts: origin.Timeouts{Connect: 2 * time.Second, FirstByte: 30 * time.Second, BetweenBytes: 30 * time.Second},
	}
	want := &daemon.Config{
		Listen:   []string{":8080"},
		Admin:    daemon.Admin{Address: "127.0.0.1:6082"},
		Backends: []daemon.Backend{backend},
		Backend:  backend,
		Cache: daemon.Cache{
			Memory: 3 << 30, MaxVariants: 256,
			Settings: policy.Settings{
				MaxObject: 64 << 20, Heuristics: true, StaleIfError: 24 * time.Hour, Keep: 10 * time.Minute,
			},
		},
		AccessLog: daemon.AccessLog{To: "stdout", Format: "combined"},
		Purge:     daemon.Purge{Allow: prefixes("127.0.0.0/8", "::1/128"), Tags: policy.TagFields()},
		Limits: daemon.Limits{
			Header: 64 << 10, HeaderTime: 10 * time.Second, IdleTime: 75 * time.Second, BodyTime: time.Minute, SendTime: time.Minute,
		},
	}
	if diff := cmp.Diff(want, got, comparing); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

const everything = `
listen: [":80", "unix:/run/lacquer.sock"]
admin: unix:/run/lacquer/admin.sock
state: /srv/state
backends:
  app: http://127.0.0.1:3000
  default:
    urls: [https://origin.example/site]
    timeouts: &patient {connect: 1s, first_byte: 2m, between_bytes: 1m30s}
  other: {url: "unix:/run/app.sock", timeouts: *patient}
cache:
  memory: 1GiB
  max_object: 1MiB
  max_variants: 16
  ttl: 2m
  heuristics: false
  early_refresh: true
  stale_while_revalidate: 10s
  stale_if_error: 7d
  keep: 0s
trusted_proxies: [10.0.0.0/8, "::ffff:192.0.2.1"]
access_log: {to: /var/log/lacquer.log, format: json}
purge:
  allow: [192.0.2.0/24]
  tags: {headers: [xkey, cache-groups, X-Own: comma, Surrogate-Key: any], expose: true}
rules: [{on: request, when: 'req.path == "/"', pass: true}]
tests: [{request: {url: /}, expect: {pass: true}}]
limits: {header: 32KiB, body: 10MiB, header_time: 5s, idle_time: 1m, body_time: 20s, send_time: 30s}
`

func TestEveryKey(t *testing.T) {
	got := load(t, daemon.Source{File: "lacquer.yaml", Data: []byte(everything)})
	patient := origin.Timeouts{Connect: time.Second, FirstByte: 2 * time.Minute, BetweenBytes: 90 * time.Second}
	usual := origin.Timeouts{Connect: 2 * time.Second, FirstByte: 30 * time.Second, BetweenBytes: 30 * time.Second}
	backends := []daemon.Backend{
		{Name: "app", URL: "http://127.0.0.1:3000", Timeouts: usual},
		{Name: "default", URL: "https://origin.example/site", Timeouts: patient},
		{Name: "other", URL: "unix:/run/app.sock", Timeouts: patient},
	}
	want := &daemon.Config{
		File:     "lacquer.yaml",
		Listen:   []string{":80", "unix:/run/lacquer.sock"},
		Admin:    daemon.Admin{Address: "unix:/run/lacquer/admin.sock", Explicit: true},
		State:    "/srv/state",
		Backends: backends,
		Backend:  backends[1],
		Cache: daemon.Cache{Memory: 1 << 30, MaxVariants: 16, Settings: policy.Settings{
			MaxObject: 1 << 20, TTL: 2 * time.Minute, EarlyRefresh: true, StaleWhileRevalidate: 10 * time.Second, StaleIfError: 168 * time.Hour,
		}},
		TrustedProxies: prefixes("10.0.0.0/8", "192.0.2.1/32"),
		AccessLog:      daemon.AccessLog{To: "/var/log/lacquer.log", Format: "json"},
		Purge: daemon.Purge{Allow: prefixes("192.0.2.0/24"), Explicit: true, Expose: true, Tags: []policy.TagField{
			{Name: "xkey", Split: policy.BySpace},
			{Name: "Cache-Groups", Split: policy.AsStructure, Stays: true},
			{Name: "X-Own", Split: policy.ByComma},
			{Name: "Surrogate-Key", Split: policy.ByAny},
		}},
		Limits: daemon.Limits{
			Header: 32 << 10, Body: 10 << 20, HeaderTime: 5 * time.Second, IdleTime: time.Minute, BodyTime: 20 * time.Second, SendTime: 30 * time.Second,
		},
	}
	if diff := cmp.Diff(want, got, comparing); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}

	// The same file, written on another system.
	got = load(t, daemon.Source{File: "lacquer.yaml", Data: []byte("\ufeff" + strings.ReplaceAll(everything, "\n", "\r\n"))})
	if diff := cmp.Diff(want, got, comparing); diff != "" {
		t.Errorf("with CRLF and a byte order mark: want -, got +\n%s", diff)
	}
}

func TestPrecedence(t *testing.T) {
	source := daemon.Source{
		File: "lacquer.yaml",
		Data: []byte("listen: [':1']\ncache: {memory: 1GiB, ttl: 1s, keep: 1s}\nbackends: {app: 'http://127.0.0.1:3000'}\npurge: {allow: []}\n"),
	}
	f := func(environ []string, flags daemon.Flags, want string, got func(*daemon.Config) string) {
		t.Helper()
		source.Environ, source.Flags = environ, flags
		if g := got(load(t, source)); g != want {
			t.Errorf("%v %+v: got %s, want %s", environ, flags, g, want)
		}
	}
	listen := func(c *daemon.Config) string { return strings.Join(c.Listen, " ") }
	memory := func(c *daemon.Config) string { return c.Cache.Memory.String() }
	backend := func(c *daemon.Config) string { return c.Backend.Name + " " + c.Backend.URL }
	backends := func(c *daemon.Config) string {
		var names []string
		for _, b := range c.Backends {
			names = append(names, b.Name)
		}
		return strings.Join(names, " ")
	}
	purgers := func(c *daemon.Config) string {
		var list []string
		for _, p := range c.Purge.Allow {
			list = append(list, p.String())
		}
		return strings.Join(list, " ")
	}

	// The file wins over the defaults, an empty list among it.
	f(nil, daemon.Flags{}, ":1", listen)
	f(nil, daemon.Flags{}, "1GiB", memory)
	f(nil, daemon.Flags{}, "", purgers)
	// The environment wins over the file; lists are separated by commas.
	f([]string{"LACQUER_LISTEN=:2, :3"}, daemon.Flags{}, ":2 :3", listen)
	f([]string{"LACQUER_CACHE__MEMORY=2GiB"}, daemon.Flags{}, "2GiB", memory)
	f([]string{"LACQUER_PURGE__ALLOW=10.0.0.0/8,::1"}, daemon.Flags{}, "10.0.0.0/8 ::1/128", purgers)
	// What is set but empty allows nobody, rather than falling back to what is wider.
	f([]string{"LACQUER_PURGE__ALLOW="}, daemon.Flags{}, "", purgers)
	// Fields of tags, with how they stand apart behind a colon.
	f([]string{"LACQUER_PURGE__TAGS__HEADERS=xkey, X-Own: whole"}, daemon.Flags{}, "[{xkey 1 false} {X-Own 4 false}]",
		func(c *daemon.Config) string { return fmt.Sprint(c.Purge.Tags) })
	// Flags win over the environment.
	f([]string{"LACQUER_LISTEN=:2"}, daemon.Flags{Listen: []string{":4", ":5"}}, ":4 :5", listen)
	f([]string{"LACQUER_CACHE__MEMORY=2GiB"}, daemon.Flags{Memory: "3GiB"}, "3GiB", memory)
	// Names that are no key are somebody else's.
	f([]string{"LACQUER_SERVICE_HOST=10.1.2.3", "LACQUER_PORT=tcp://10.1.2.3:80", "LACQUER_TOKEN=x"}, daemon.Flags{}, ":1", listen)
	// Backends by variable: by its name whatever its letters, or a new one.
	f([]string{"LACQUER_BACKENDS__APP=http://10.0.0.1"}, daemon.Flags{}, "app http://10.0.0.1", backend)
	f([]string{"LACQUER_BACKENDS__DEFAULT=http://10.0.0.1"}, daemon.Flags{}, "default http://10.0.0.1", backend)
	f([]string{"LACQUER_BACKENDS__DEFAULT=http://10.0.0.1"}, daemon.Flags{}, "app default", backends)
	f([]string{"LACQUER_BACKENDS__APP__TIMEOUTS__CONNECT=9s"}, daemon.Flags{}, "9s",
		func(c *daemon.Config) string { return c.Backend.Timeouts.Connect.String() })
	named := source.Data
	source.Data = []byte("backends: {My-App: 'http://127.0.0.1:3000'}\n")
	f([]string{"LACQUER_BACKENDS__MY_APP=http://10.0.0.1"}, daemon.Flags{}, "My-App http://10.0.0.1", backend)
	source.Data = named
	// --backend stands for all of them.
	f([]string{"LACQUER_BACKENDS__DEFAULT=http://10.0.0.1"}, daemon.Flags{Backend: "http://10.0.0.2"}, "default http://10.0.0.2", backend)
	f(nil, daemon.Flags{Backend: "http://10.0.0.2"}, "default", backends)
	f(nil, daemon.Flags{State: "/s"}, "/s", func(c *daemon.Config) string { return c.State })
}

func TestVariablesInFile(t *testing.T) {
	environ := []string{"HOST=origin.example", "EMPTY=", "TRICK=x}\nadmin: all", "COMMENT=/srv/a # b"}
	f := func(state, want string) {
		t.Helper()
		text := "backends: {app: 'http://127.0.0.1'}\nstate: " + state + "\n# ${NOT_SET} in a comment is not looked at\n"
		if got := load(t, daemon.Source{File: "f", Data: []byte(text), Environ: environ}).State; got != want {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
	}
	f("/srv/${HOST}/a", "/srv/origin.example/a")
	f("'/srv/${HOST}'", "/srv/origin.example")
	// A default serves where the variable is unset or empty, as in shells.
	f("${NOT_SET:-/srv}", "/srv")
	f("/srv${EMPTY:-/x}", "/srv/x")
	f("/srv${EMPTY}", "/srv")
	f("/srv${HOST:-x}", "/srvorigin.example")
	f("/srv${NOT_SET:-}", "/srv")
	// Two dollar signs are one; one alone stands for itself.
	f("/srv/$${HOST}", "/srv/${HOST}")
	f("/srv/$HOST$", "/srv/$HOST$")
	// What a variable holds is a value, never keys or comments.
	f("/srv/${TRICK}", "/srv/x}\nadmin: all")
	f("${COMMENT}", "/srv/a # b")
}

func TestWrongUsage(t *testing.T) {
	f := func(source daemon.Source, want bool) {
		t.Helper()
		_, err := daemon.Load(source)
		wrong, ok := err.(*daemon.Error)
		if !ok || wrong.WrongUsage() != want {
			t.Errorf("%+v: %v: WrongUsage is not %v", source, err, want)
		}
	}
	// A flag that says nonsense, and a call that names neither file nor backend.
	f(daemon.Source{Flags: daemon.Flags{Backend: "nonsense"}}, true)
	f(daemon.Source{}, true)
	// What a file or a variable says is no fault of the call.
	f(daemon.Source{File: "f", Data: []byte("x: 1")}, false)
	f(daemon.Source{Environ: []string{"LACQUER_LISTEN="}, Flags: daemon.Flags{Backend: "http://127.0.0.1"}}, false)
	f(daemon.Source{File: "f", Data: []byte("x: 1"), Flags: daemon.Flags{Memory: "x"}}, false)
}

func TestUnreadableFile(t *testing.T) {
	directory := t.TempDir()
	f := func(file, want string) {
		t.Helper()
		_, err := daemon.Load(daemon.Source{File: file})
		if err == nil || err.Error() != file+": "+want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(filepath.Join(directory, "none.yaml"), "there is no such file; name the configuration by -c FILE")
	f(directory, "is a directory; name a file by -c FILE")

	written := filepath.Join(directory, "lacquer.yaml")
	if err := os.WriteFile(written, []byte("backends: {app: 'http://127.0.0.1'}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := load(t, daemon.Source{File: written}); c.Backend.Name != "app" {
		t.Errorf("the file was not read: %+v", c)
	}
}

// FuzzLoad: whatever stands in a file, it is loaded or refused with a place in it, and never anything else.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		everything, "", "a", "a: b: c", "[", "{a: &a [*a]}", "? a\n: b", "<<: {}", "- - -", "a: |\n  b\n", "---\na: 1\n...\n---\n",
		"listen: ${A:-${B}}", "!!map {a: 1}", "\"\\x00\": 1", "a: *b", "%YAML 1.2\n---\na: 1", "backends: {a: {urls: [http://a, b]}}",
		"backends: {a: 'http://a'}\nrules:\n- on: request\n  when: |\n    req.path ==\n    '/'\n  redirect: \"{{ req.uri }}\"\ntests: [{request: {url: /}}]",
		"backends: {a: 'http://a'}\nrules: rules/*.yaml\ntests: {a: b}", "rules: [[x], ~, {on: }, 'f']",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if text == nil {
			text = []byte{}
		}
		c, err := daemon.Load(daemon.Source{File: "f", Data: text, System: fstest.MapFS{}, Files: fstest.MapFS{}})
		if err == nil {
			if len(c.Backends) == 0 || len(c.Listen) == 0 || c.Cache.Memory <= 0 {
				t.Errorf("loaded, but not whole: %+v", c)
			}
			return
		}
		for _, p := range err.(*daemon.Error).Problems {
			if p.Text == "" || p.Source == "" {
				t.Errorf("a problem without a place or a text: %+v", p)
			}
		}
	})
}
