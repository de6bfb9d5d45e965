package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long anything is waited for: far longer than it takes on the slowest machine.
const patience = time.Minute

// actors are what a script has started.
type actors struct {
	processes map[string]*process    // by name, the one that was started last
	started   []*process             // all
	requests  map[string]chan string // the outcome of each
	arrivals  chan struct{}
	held      chan struct{} // closed by release
	released  sync.Once
	server    *httptest.Server
}

type actorsKey struct{}

func setUpActors(env *testscript.Env) error {
	a := &actors{
		processes: map[string]*process{},
		requests:  map[string]chan string{},
		arrivals:  make(chan struct{}, 100),
		held:      make(chan struct{}),
	}
	env.Values[actorsKey{}] = a
	env.Defer(a.end)
	return nil
}

func withActors(command func(*actors, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		command(ts.Value(actorsKey{}).(*actors), ts, neg, args)
	}
}

// end stops what the script left running.
func (a *actors) end() {
	for _, p := range a.started {
		p.command.Process.Kill()
		<-p.ended
	}
	a.released.Do(func() { close(a.held) })
	if a.server != nil {
		a.server.Close()
	}
}

func (a *actors) startOrigin(ts *testscript.TestScript, _ bool, _ []string) {
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/held") {
			a.arrivals <- struct{}{}
			<-a.held
		}
		fmt.Fprintf(w, "%s from the origin\n", r.URL.Path)
	}))
	ts.Setenv("ORIGIN", a.server.URL)
}

func (a *actors) awaitArrival(ts *testscript.TestScript, _ bool, _ []string) {
	select {
	case <-a.arrivals:
	case <-time.After(patience):
		ts.Fatalf("nothing arrived at the origin")
	}
}

func (a *actors) release(*testscript.TestScript, bool, []string) {
	a.released.Do(func() { close(a.held) })
}

func (a *actors) start(ts *testscript.TestScript, _ bool, args []string) {
	name := argument(ts, args, 0)
	p, err := startProcess(environOf(ts), ts.MkAbs("."), args[1:])
	ts.Check(err)
	a.processes[name] = p
	a.started = append(a.started, p)
}

func (a *actors) exits(ts *testscript.TestScript, neg bool, args []string) {
	a.start(ts, neg, append([]string{"lacquer"}, args[1:]...))
	a.ended(ts, neg, []string{"lacquer", argument(ts, args, 0)})
}

func (a *actors) process(ts *testscript.TestScript, args []string) *process {
	p, ok := a.processes[argument(ts, args, 0)]
	if !ok {
		ts.Fatalf("%s was not started", args[0])
	}
	return p
}

func (a *actors) await(ts *testscript.TestScript, _ bool, args []string) {
	match := a.process(ts, args).await(regexp.MustCompile(argument(ts, args, 1)))
	if match == nil {
		ts.Fatalf("%s never said %s; it said:\n%s", args[0], args[1], a.process(ts, args).text())
	}
	if len(args) > 2 {
		ts.Setenv(args[2], match[1])
	}
}

func (a *actors) said(ts *testscript.TestScript, neg bool, args []string) {
	p := a.process(ts, args)
	if found := regexp.MustCompile("(?m)" + argument(ts, args, 1)).MatchString(p.text()); found == neg {
		ts.Fatalf("%s said:\n%s", args[0], p.text())
	}
}

func (a *actors) first(ts *testscript.TestScript, _ bool, args []string) {
	line, _, _ := strings.Cut(a.process(ts, args).text(), "\n")
	if !regexp.MustCompile(argument(ts, args, 1)).MatchString(line) {
		ts.Fatalf("%s said first: %s", args[0], line)
	}
}

func (a *actors) signal(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(a.process(ts, args).command.Process.Signal(signalOf(ts, args)))
}

func signalOf(ts *testscript.TestScript, args []string) os.Signal {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP}
	s, ok := signals[argument(ts, args, 1)]
	if !ok {
		ts.Fatalf("no such signal: %s", args[1])
	}
	return s
}

// insist sends a signal again and again until the process ends.
func (a *actors) insist(ts *testscript.TestScript, _ bool, args []string) {
	p := a.process(ts, args)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for giveUp := time.After(patience); ; {
		select {
		case <-p.ended:
			return
		case <-giveUp:
			ts.Fatalf("%s has not ended; it said:\n%s", args[0], p.text())
		case <-again.C:
			_ = p.command.Process.Signal(signalOf(ts, args)) // it may have ended by now
		}
	}
}

func (a *actors) ended(ts *testscript.TestScript, _ bool, args []string) {
	p := a.process(ts, args)
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s has not ended; it said:\n%s", args[0], p.text())
	}
	if code := strconv.Itoa(p.command.ProcessState.ExitCode()); code != argument(ts, args, 1) {
		ts.Fatalf("%s ended with %s; it said:\n%s", args[0], p.command.ProcessState, p.text())
	}
}

func (a *actors) get(ts *testscript.TestScript, _ bool, args []string) {
	outcome, url := make(chan string, 1), argument(ts, args, 1)
	a.requests[args[0]] = outcome
	go func() {
		client := http.Client{Transport: new(http.Transport), Timeout: patience}
		defer client.CloseIdleConnections()
		response, err := client.Get(url)
		if err != nil {
			outcome <- "cut"
			return
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			outcome <- "cut"
			return
		}
		outcome <- strconv.Itoa(response.StatusCode)
	}()
}

func (a *actors) got(ts *testscript.TestScript, _ bool, args []string) {
	if outcome := <-a.requests[argument(ts, args, 0)]; outcome != argument(ts, args, 1) {
		ts.Fatalf("%s got %s", args[0], outcome)
	}
}

func argument(ts *testscript.TestScript, args []string, n int) string {
	if n >= len(args) {
		ts.Fatalf("argument %d is missing", n+1)
	}
	return args[n]
}

// environOf returns what lacquer reads of the environment of a script.
func environOf(ts *testscript.TestScript) []string {
	var environ []string
	for _, name := range []string{
		"HOME", "PATH", "TMPDIR", "ORIGIN", "STATE_DIRECTORY", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LACQUER_LISTEN", "LACQUER_STATE", "LACQUER_ADMIN", "LACQUER_TOKEN",
		"LACQUER_PURGE__ALLOW",
	} {
		if value := ts.Getenv(name); value != "" {
			environ = append(environ, name+"="+value)
		}
	}
	return environ
}

// process is a lacquer that runs, and what it has said on standard error.
type process struct {
	command *exec.Cmd
	ended   chan struct{} // closed when it has ended and all it said is there

	mu     sync.Mutex // protects what follows
	said   strings.Builder
	change chan struct{} // closed at the next line
}

func startProcess(environ []string, directory string, args []string) (*process, error) {
	p := &process{command: exec.Command("lacquer", args...), ended: make(chan struct{}), change: make(chan struct{})}
	p.command.Env, p.command.Dir, p.command.Stderr = environ, directory, p
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Write takes what the process says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.change)
	p.change = make(chan struct{})
	return p.said.Write(b)
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// await waits until the process says what matches, and returns the match and its groups; nil if it ends without.
func (p *process) await(pattern *regexp.Regexp) []string {
	deadline := time.After(patience)
	for over := false; ; {
		p.mu.Lock()
		match, change := pattern.FindStringSubmatch(p.said.String()), p.change
		p.mu.Unlock()
		if match != nil || over {
			return match
		}
		select {
		case <-change:
		case <-p.ended:
			over = true
		case <-deadline:
			over = true
		}
	}
}
