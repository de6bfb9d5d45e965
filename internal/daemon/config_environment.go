package daemon

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	variablePrefix  = "LACQUER_"
	backendVariable = variablePrefix + "BACKENDS__"
)

// readEnvironment reads the layer of the environment: the key in capitals, with __ between levels. Names that are no key are
// not ours: Kubernetes sets LACQUER_SERVICE_HOST and the like for a service of that name.
func (l *loader) readEnvironment() {
	for _, s := range configSettings() {
		name := variablePrefix + variablePart(s.key)
		text, set := l.environ[name]
		switch {
		case !set || s.nested != nil:
		case s.unbuilt:
			l.report(Place{Source: name}, fmt.Sprintf("%q is not in this version; take the variable away", s.key))
		default:
			assignVariable(l, Place{Source: name}, s, l.config, text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.environ)) {
		if rest, ok := strings.CutPrefix(name, backendVariable); ok {
			l.readBackendVariable(name, rest, l.environ[name])
		}
	}
}

// assignVariable gives a setting the value of a variable or a flag; lists are separated by commas.
func assignVariable[T any](l *loader, at Place, s setting[T], target *T, text string) {
	values := []node{{kind: scalar, at: at, text: text}}
	if s.list {
		values = elements(values[0])
	}
	assign(l, values, "", s, target)
}

func variablePart(key string) string {
	return strings.ToUpper(strings.NewReplacer(".", "__", "-", "_").Replace(key))
}

// readFlags reads the layer of the flags.
func (l *loader) readFlags(f Flags) {
	known := configSettings()
	give := func(flag, key, text string) {
		if text == "" {
			return
		}
		s, ok := known.find(key)
		if !ok {
			panic("BUG: no setting for " + flag)
		}
		assignVariable(l, Place{Source: flag, flag: true}, s, l.config, text)
	}
	give("--listen", "listen", strings.Join(f.Listen, ","))
	give("--memory", "cache.memory", f.Memory)
	give("--state", "state", f.State)
	give("--admin", "admin", f.Admin)
	if f.Backend != "" {
		l.replaceBackends(f.Backend)
	}
}

// replaceBackends lets one backend stand for all of those of the other layers.
func (l *loader) replaceBackends(text string) {
	b := Backend{Name: DefaultBackend, Timeouts: defaultTimeouts()}
	s, _ := backendSettings().find("url")
	assignVariable(l, Place{Source: "--backend", flag: true}, s, &b, text)
	l.config.Backends = []Backend{b}
}
