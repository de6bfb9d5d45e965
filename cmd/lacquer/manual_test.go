package main

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"lacquer/internal/daemon"
)

// TestManual holds the manual to the truth: the configuration in it loads, and the values in it are the defaults; the usage names
// every flag, and the list of what is not in this version every such command.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, config, found := bytes.Cut(manual, []byte("\n\tlisten:"))
	config, _, ended := bytes.Cut(config, []byte("\n\n"))
	if !found || !ended {
		t.Fatal("the manual shows no configuration")
	}
	config = bytes.ReplaceAll(append([]byte("\tlisten:"), config...), []byte("\n\t"), []byte("\n"))
	shown, err := daemon.Load(daemon.Source{File: "doc.go", Data: bytes.TrimPrefix(config, []byte("\t"))})
	if err != nil {
		t.Fatalf("the configuration in the manual does not load:\n%v", err)
	}
	usual, err := daemon.Load(daemon.Source{Flags: daemon.Flags{Backend: "https://origin.example"}})
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, shown, usual any) {
		t.Helper()
		if !reflect.DeepEqual(shown, usual) {
			t.Errorf("%s: the manual shows %v, the default is %v", name, shown, usual)
		}
	}
	f("listen", shown.Listen, usual.Listen)
	f("admin", shown.Admin.Address, usual.Admin.Address)
	f("backends", shown.Backend, usual.Backend)
	f("cache", shown.Cache.Settings, usual.Cache.Settings)
	f("trusted_proxies", shown.TrustedProxies, usual.TrustedProxies)
	f("access_log", shown.AccessLog, usual.AccessLog)
	f("purge.allow", shown.Purge.Allow, usual.Purge.Allow)
	f("limits", shown.Limits, usual.Limits)

	for line := range strings.Lines(serveCommand().Flags().FlagUsages()) {
		_, flag, _ := strings.Cut(line, "--")
		flag, _, _ = strings.Cut(flag, " ")
		if !bytes.Contains(manual, []byte("--"+flag+" ")) {
			t.Errorf("the manual does not name --%s", flag)
		}
	}
	for _, c := range unbuiltCommands() {
		if !bytes.Contains(manual, []byte(c.Name()+",")) && !bytes.Contains(manual, []byte(c.Name()+")")) {
			t.Errorf("the manual does not name %s", c.Name())
		}
	}
}
