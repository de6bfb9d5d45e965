package main

import (
	"fmt"
	"go/version"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), versionLine())
			if err != nil {
				return failure{err}
			}
			return nil
		},
	}
}

// versionLine names the version, the commit if it is known, and what the binary was built with and for.
func versionLine() string {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value[:min(len(s.Value), 12)] + " "
			}
		}
	}
	return fmt.Sprintf("lacquer %s %s%s %s/%s", release(), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// release returns the version of the module, "(devel)" if it is not one.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// The first versions of Go in which an HTTP/2 client cannot crash the process, and without the races of net/http in CONNECT and
// in reading heads.
const (
	safeGo126 = "go1.26.9"
	safeGo127 = "go1.27.4"
)

// unsafeGo returns the version to build with instead, if the one given carries advisories that hit a proxy directly; else "".
// Versions that are not of the form of a release are not judged.
func unsafeGo(built string) string {
	built, _, _ = strings.Cut(built, " ") // experiments stand behind it
	if !version.IsValid(built) {
		return ""
	}
	least := safeGo126
	if version.Compare(version.Lang(built), "go1.27") == 0 {
		least = safeGo127
	}
	if version.Compare(built, least) < 0 {
		return least
	}
	return ""
}
