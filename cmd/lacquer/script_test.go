package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be lacquer itself when a script calls it so.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lacquer": main})
}

// TestScript runs testdata/script/*.txtar. Beside testscript's own commands there are those of the actors:
//
//	origin                    starts an origin; $ORIGIN is its URL. What it is asked beneath /held it answers when released
//	arrived                   waits until a request for something held has come to the origin
//	release                   lets the origin answer what it holds
//	start NAME ARGUMENT...    starts lacquer in the background
//	await NAME PATTERN [VAR]  waits until it logs a line that matches; VAR becomes what the first group matched
//	[!] said NAME PATTERN     a line that it has logged matches
//	first NAME PATTERN        the first line that it logged matches
//	signal NAME SIGNAL        sends TERM, INT or HUP
//	insist NAME SIGNAL        sends it again and again until the process ends
//	ended NAME CODE           waits until it has ended with this exit code
//	get NAME URL              begins a request
//	got NAME STATUS           waits for its answer; STATUS is "cut" if there was none, or not a whole one
//	exits CODE ARGUMENT...    runs lacquer, which must end with this exit code; said lacquer and first lacquer look at its words
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUpActors,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"origin":  withActors((*actors).startOrigin),
			"arrived": withActors((*actors).awaitArrival),
			"release": withActors((*actors).release),
			"start":   withActors((*actors).start),
			"await":   withActors((*actors).await),
			"said":    withActors((*actors).said),
			"first":   withActors((*actors).first),
			"signal":  withActors((*actors).signal),
			"insist":  withActors((*actors).insist),
			"ended":   withActors((*actors).ended),
			"get":     withActors((*actors).get),
			"got":     withActors((*actors).got),
			"exits":   withActors((*actors).exits),
		},
	})
}
