package main

import (
	"os"
	"path/filepath"
)

const configName = "lacquer.yaml"

// findConfig returns the configuration that is read where none is named: that of the working directory, of the user (XDG Base
// Directory Specification), or of the machine; "" if none exists.
func findConfig(environ func(string) string, exists func(string) bool) string {
	candidates := []string{configName}
	if own := environ("XDG_CONFIG_HOME"); filepath.IsAbs(own) {
		candidates = append(candidates, filepath.Join(own, "lacquer", configName))
	} else if home := environ("HOME"); home != "" {
		candidates = append(candidates, filepath.Join(home, ".config", "lacquer", configName))
	}
	candidates = append(candidates, filepath.Join("/etc/lacquer", configName))
	for _, c := range candidates {
		if exists(c) {
			return c
		}
	}
	return ""
}

// exists reports whether something is there, be it readable or not: what is found but cannot be read is told, not passed over.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
