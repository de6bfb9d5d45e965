package daemon

import (
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"time"

	"lacquer/admin"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/policy/trial"
)

// Config is a configuration that has been read and checked. Every value is set: where nothing was written, to its default.
type Config struct {
	File           string   // what was read, "" if there was no file
	Listen         []string // addresses as edge.Parse reads them, at least one
	Admin          Admin
	State          string // the state directory as it was written, "" if it is to be looked for
	Backends       []Backend
	Backend        Backend // of Backends, the one that answers what no rule sends elsewhere; the zero Backend if there is none
	Cache          Cache
	TrustedProxies []netip.Prefix // never IPv4-mapped
	AccessLog      AccessLog
	Purge          Purge
	Limits         Limits
	TLS            TLS
	Rules          *rules.Set   // those of the user, and the built-in ones
	Tests          []trial.Test // of the rules
	Documents      []Document   // what was read, the configuration itself first

	source  Source              // where Load read it
	machine bool                // Cache.Memory is what the machine has left
	lines   map[string][]string // of each file, for excerpts
}

// Backend is one origin.
type Backend struct {
	Name     string
	URL      string // http, https or unix
	Timeouts origin.Timeouts
}

// Cache says how much is kept, and for how long where a response says nothing.
type Cache struct {
	Memory      Size // bytes that the process may use, at least 1 MiB
	MaxVariants int  // responses that are kept for one URL, told apart by Vary, at least 1
	policy.Settings
}

// AccessLog says where a line for each transaction goes, and in which form.
type AccessLog struct {
	To     string // "stdout", "stderr", "off" or the path of a file
	Format string // "combined" or "json"
}

// Purge says who may purge on the listeners of the site.
type Purge struct {
	Allow    []netip.Prefix // never IPv4-mapped; empty allows nobody
	Explicit bool           // the user wrote Allow: it is not the default

	Tags   []policy.TagField // fields of responses that hold tags
	Expose bool              // they are not taken off before a response goes to clients
}

// Limits bound what a client may cost.
type Limits struct {
	Header     Size          // bytes of a request head
	Body       Size          // bytes of a request body, 0 for any number
	HeaderTime time.Duration // for a request head to arrive
	IdleTime   time.Duration // between two requests of a connection
	BodyTime   time.Duration // for the next piece of a request body to arrive
	SendTime   time.Duration // for a client to take the next piece of a response
}

// Source is where a configuration comes from.
type Source struct {
	File    string   // path of the file, which also stands in messages; "" for none
	Data    []byte   // the text of the file; nil to read File
	Environ []string // NAME=value, as os.Environ has it
	Flags   Flags
	System  fs.FS // the root of the file system that tells how much memory is left; nil for the machine's own
	Files   Files // where File and what it names are read; nil for the machine's own
}

// Flags are the values of flags as they were written; what is empty was not given.
type Flags struct {
	Listen  []string
	Backend string
	Memory  string
	State   string
	Admin   string
}

// Load reads and checks a configuration. An error is always an *Error, which holds everything that is wrong.
func Load(src Source) (*Config, error) {
	l := &loader{config: defaults(), environ: environment(src.Environ), files: src.Files, lines: map[string][]string{}}
	if l.files == nil {
		l.files = machineFiles{}
	}
	l.config.File, l.config.source, l.config.lines = src.File, src, l.lines
	l.readFile(src)
	l.readEnvironment()
	l.readFlags(src.Flags)
	l.chooseBackend()
	l.requireListen()
	l.completeTLS()
	l.compileRules()
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	if l.config.Cache.Memory == 0 {
		system := src.System
		if system == nil {
			system = os.DirFS("/")
		}
		l.config.Cache.Memory, l.config.machine = defaultMemory(system), true
	}
	return l.config, nil
}

// defaults returns what holds where nothing is written. Memory is 0: the machine is asked only if nobody says.
func defaults() *Config {
	return &Config{
		Listen: []string{":8080"},
		Admin:  Admin{Address: admin.DefaultAddress},
		Cache: Cache{MaxVariants: 256, Settings: policy.Settings{
			MaxObject:    64 << 20,
			Heuristics:   true,
			StaleIfError: 24 * time.Hour,
			Keep:         10 * time.Minute,
		}},
		AccessLog: AccessLog{To: "stdout", Format: "combined"},
		Purge: Purge{Allow: []netip.Prefix{
			netip.MustParsePrefix("127.0.0.0/8"),
			netip.MustParsePrefix("::1/128"),
		}, Tags: policy.TagFields()},
		Limits: Limits{
			Header:     64 << 10,
			HeaderTime: 10 * time.Second,
			IdleTime:   75 * time.Second,
			BodyTime:   60 * time.Second,
			SendTime:   60 * time.Second,
		},
	}
}

func defaultTimeouts() origin.Timeouts {
	return origin.Timeouts{Connect: 2 * time.Second, FirstByte: 30 * time.Second, BetweenBytes: 30 * time.Second}
}

// requireListen reports a list of listeners that was emptied.
func (l *loader) requireListen() {
	if len(l.config.Listen) == 0 && len(l.problems) == 0 {
		l.report(l.whole(), "listen is empty, so nobody could reach the site; give at least one address, such as :8080")
	}
}

// whole is the place of what is wrong with the layers together.
func (l *loader) whole() Place {
	if l.config.File != "" {
		return Place{Source: l.config.File}
	}
	return Place{Source: "configuration"}
}

// loader gathers a configuration layer by layer, and what is wrong with it.
type loader struct {
	config   *Config
	environ  map[string]string
	files    Files
	lines    map[string][]string // of each file, for excerpts
	rules    []rules.Node        // as they were written
	tests    []rules.Node
	problems []Problem
}

func (l *loader) report(at Place, text string) {
	l.problems = append(l.problems, Problem{Place: at, Text: text, Excerpt: excerpt(l.lines[at.Source], at)})
}

// environment makes a map of NAME=value lines; of a name that stands twice, the last counts.
func environment(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			m[name] = value
		}
	}
	return m
}
