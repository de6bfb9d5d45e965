package mediawiki_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"lacquer/e2e/child"
)

// user is somebody with an account.
type user struct{ name, password string }

// Its first two users. The editor is the wiki's administrator, the gardener has no rights but those of everybody.
var (
	editor   = user{"Editor", "an-editor-of-long-standing"}
	gardener = user{"Gardener", "a-gardener-of-long-standing"}
)

// wiki is an installation of MediaWiki in a directory of its own that ends with the test.
type wiki struct {
	code string   // directory of MediaWiki's code, which is only read
	env  []string // what its processes are told
}

// install makes an empty wiki that believes to be reached at server (host and port) and sends its purges there.
func install(t *testing.T, server string) *wiki {
	t.Helper()
	code := os.Getenv("MEDIAWIKI")
	dir := t.TempDir()
	for _, name := range []string{"data", "cache", "uploads"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	settings := filepath.Join(dir, "LocalSettings.php")
	w := &wiki{code: code}
	w.maintain(t, "install.php", "--confpath", dir,
		"--dbtype", "sqlite", "--dbpath", filepath.Join(dir, "data"), "--dbname", "wiki",
		"--server", "http://"+server, "--scriptpath", "", "--lang", "en",
		"--pass", editor.password, "A wiki behind Lacquer", editor.name)

	more, err := os.ReadFile("testdata/behind-a-cache.php")
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	// The installer's file is one long PHP section without an end.
	if err := os.WriteFile(settings, append(append(written, "\n?>"...), more...), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = []string{
		"MW_CONFIG_FILE=" + settings,
		"WIKI_DIRECTORY=" + dir,
		"WIKI_SERVER=http://" + server,
		"WIKI_CDN=" + server,
	}
	w.maintain(t, "createAndPromote.php", gardener.name, gardener.password)
	return w
}

// maintain runs one of the wiki's own maintenance scripts to its end.
func (w *wiki) maintain(t *testing.T, script string, arguments ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "php", append([]string{filepath.Join(w.code, "maintenance", script)}, arguments...)...)
	command.Env = append(os.Environ(), w.env...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, output)
	}
}

var started = regexp.MustCompile(`Development Server \(http://([0-9.:]+)\) started`)

// serve starts the wiki and returns the address that it listens on.
func (w *wiki) serve(t *testing.T) string {
	t.Helper()
	command := exec.Command("php", "-S", "127.0.0.1:0", "-t", w.code)
	command.Env = append(append(os.Environ(), w.env...), "PHP_CLI_SERVER_WORKERS=8")
	addresses := make(chan string, 1)
	child.Start(t, command, func(string) {}, func(line string) {
		if m := started.FindStringSubmatch(line); m != nil {
			select {
			case addresses <- m[1]:
			default: // each worker says it again
			}
		}
		if failed.MatchString(line) {
			fmt.Fprintln(os.Stderr, "wiki:", line)
		}
	})
	return child.Within(t, 20*time.Second, "PHP's server", addresses)
}

// failed are the lines of PHP's log that tell why a test fails; the others are one per request.
var failed = regexp.MustCompile(`PHP (Fatal|Parse|Warning)|\[5\d\d\]`)
