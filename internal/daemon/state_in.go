package daemon

import (
	"os"

	"github.com/goccy/go-yaml"
)

// StateIn returns the state directory that a configuration names, "" if it names none. What else is wrong with it does not matter here: a command must
// find the process that runs, to roll back what was written wrongly, above all.
func StateIn(src Source) string {
	if config, err := Load(src); err == nil {
		return config.State
	}
	text := src.Data
	if text == nil {
		text, _ = os.ReadFile(src.File)
	}
	var named struct {
		State string `yaml:"state"`
	}
	if yaml.Unmarshal(text, &named) != nil {
		return ""
	}
	return named.State
}
