package lacquer_test

import (
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"lacquer/internal/daemon"
)

// composition is what the compose files of the documents use of the format; anything else in them is an error.
type composition struct {
	Services map[string]service
	Networks map[string]struct {
		IPAM struct {
			Config []struct {
				Subnet  netip.Prefix
				Gateway netip.Addr
				Range   netip.Prefix `yaml:"ip_range"`
			}
		}
	}
	Volumes map[string]struct{}
}

type service struct {
	Image       string
	Build       string
	PullPolicy  string `yaml:"pull_policy"`
	Command     string
	Environment map[string]string
	Ports       []string
	Volumes     []string
	DependsOn   []string `yaml:"depends_on"`
	Restart     string
	Healthcheck struct{ Test []string }
	Networks    map[string]struct {
		Address netip.Addr `yaml:"ipv4_address"`
	}
}

// TestCompositions holds the compose files of the documents to the lacquer.yaml beside each, to the Dockerfile, and to themselves. No engine is
// needed for that, and none says whether they run.
func TestCompositions(t *testing.T) {
	files, err := filepath.Glob("docs/compose/*/compose.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("found %q, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			var c composition
			if err := yaml.UnmarshalWithOptions([]byte(read(t, file)), &c, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			cfg := loadBeside(t, file)
			c.agreesWithImage(t)
			c.agreesWithItself(t)
			c.agreesWith(t, cfg)
		})
	}
}

// loadBeside checks the configuration beside a compose file as the image would read it.
func loadBeside(t *testing.T, file string) *daemon.Config {
	t.Helper()
	beside := filepath.Join(filepath.Dir(file), "lacquer.yaml")
	cfg, err := daemon.Load(daemon.Source{File: beside, Environ: []string{"LACQUER_LISTEN=:8080", "LACQUER_STATE=/var/lib/lacquer"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.TryRules(time.Now()); err != nil {
		t.Error(err)
	}
	// Whoever copies the folder needs a file that any user can read: the image's own has no name.
	if info, err := os.Stat(beside); err != nil || info.Mode().Perm()&0o004 == 0 {
		t.Errorf("%s: %v, %v", beside, info.Mode(), err)
	}
	return cfg
}

// agreesWithImage holds the service lacquer to the image that make image makes.
func (c *composition) agreesWithImage(t *testing.T) {
	t.Helper()
	lacquer, stages := c.Services["lacquer"], readDockerfile(read(t, "Dockerfile"))
	image := stages[len(stages)-1]
	if !strings.Contains(read(t, "Makefile"), "build --tag "+lacquer.Image+" .") || lacquer.PullPolicy != "never" {
		t.Errorf("make image makes no image %q, which no registry has", lacquer.Image)
	}
	if len(lacquer.Ports) != 1 || !strings.HasSuffix(lacquer.Ports[0], ":"+values(image, "EXPOSE")[0]) {
		t.Errorf("ports %q: want that of the image, %s", lacquer.Ports, values(image, "EXPOSE"))
	}
	state := strings.Trim(values(image, "VOLUME")[0], `[]"`)
	f := func(volume string) {
		t.Helper()
		if !slices.Contains(lacquer.Volumes, volume) {
			t.Errorf("volumes %q: want %s", lacquer.Volumes, volume)
		}
	}
	f("state:" + state)
	// The last place where a configuration is looked for.
	f("./lacquer.yaml:/etc/lacquer/lacquer.yaml:ro")
	// There is no shell in the image, but there is the command.
	if want := "CMD " + strings.Trim(values(image, "ENTRYPOINT")[0], `[]"`) + " stat --once"; strings.Join(lacquer.Healthcheck.Test, " ") != want {
		t.Errorf("health by %q, want %s", lacquer.Healthcheck.Test, want)
	}
}

// agreesWithItself looks for names that mean nothing, and addresses that cannot be given.
func (c *composition) agreesWithItself(t *testing.T) {
	t.Helper()
	network := c.Networks["default"].IPAM.Config[0]
	taken := map[netip.Addr]string{network.Gateway: "the gateway"}
	for name, s := range c.Services {
		for _, on := range s.DependsOn {
			if _, ok := c.Services[on]; !ok {
				t.Errorf("%s depends on %s, which is not there", name, on)
			}
		}
		for _, v := range s.Volumes {
			if from, _, _ := strings.Cut(v, ":"); !strings.HasPrefix(from, ".") {
				if _, ok := c.Volumes[from]; !ok {
					t.Errorf("%s has a volume %s, which is not declared", name, from)
				}
			}
		}
		if name != "lacquer" && len(s.Ports) > 0 {
			t.Errorf("%s can be reached past the cache, by %q", name, s.Ports)
		}
		at, ok := s.Networks["default"]
		if !ok {
			continue
		}
		if taken[at.Address] != "" || !network.Subnet.Contains(at.Address) || network.Range.Contains(at.Address) {
			t.Errorf("%s cannot have %v, in %v without %v; %q has it", name, at.Address, network.Subnet, network.Range, taken[at.Address])
		}
		taken[at.Address] = name
	}
	if !network.Subnet.Contains(network.Gateway) || !network.Subnet.Overlaps(network.Range) {
		t.Errorf("%v holds not both %v and %v", network.Subnet, network.Gateway, network.Range)
	}
}

// agreesWith holds a configuration to the addresses and names of the services, and the application to where Lacquer is.
func (c *composition) agreesWith(t *testing.T, cfg *daemon.Config) {
	t.Helper()
	app, lacquer := c.Services["app"], c.Services["lacquer"]
	to, err := url.Parse(cfg.Backend.URL)
	if err != nil || to.Hostname() != "app" {
		t.Errorf("the origin is %s, %v: want the service app", cfg.Backend.URL, err)
	}
	if port := regexp.MustCompile(`0\.0\.0\.0:(\d+)`).FindStringSubmatch(app.Command); port != nil && port[1] != to.Port() {
		t.Errorf("the application listens on %s, and is asked on %s", port[1], to.Port())
	}
	if port, ok := app.Environment["PORT"]; ok && port != to.Port() {
		t.Errorf("the application listens on %s, and is asked on %s", port, to.Port())
	}
	want := netip.PrefixFrom(app.Networks["default"].Address, 32)
	if !slices.Equal(cfg.Purge.Allow, []netip.Prefix{want}) {
		t.Errorf("%v may purge, want the application alone, %v", cfg.Purge.Allow, want)
	}
	if trusted, ok := app.Environment["FORWARDED_ALLOW_IPS"]; ok && trusted != lacquer.Networks["default"].Address.String() {
		t.Errorf("the application believes %s, and Lacquer is %v", trusted, lacquer.Networks["default"].Address)
	}
	if purge := app.Environment["LACQUER"] + app.Environment["WORDPRESS_CONFIG_EXTRA"]; !strings.Contains(purge, "lacquer:8080") {
		t.Errorf("the application is not told where to purge: %q", purge)
	}
	if page := read(t, "docs/start.md"); !strings.Contains(page, lacquer.Networks["default"].Address.String()) {
		t.Errorf("docs/start.md names another address of Lacquer than %v", lacquer.Networks["default"].Address)
	}
}
