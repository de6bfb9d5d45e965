package daemon

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lacquer/origin"
)

// DefaultBackend is the name of the backend that answers whatever no rule sends elsewhere.
const DefaultBackend = "default"

// backendSettings are the keys of one backend.
func backendSettings() settings[Backend] {
	return settings[Backend]{
		one("url", func(b *Backend) *string { return &b.URL }, backendURL).about("http://host:port, https://host or unix:/path"),
		onlyURL(),
		unbuilt[Backend]("balance"),
		unbuilt[Backend]("probe"),
		unbuilt[Backend]("max_connections"),
		one("timeouts.connect", func(b *Backend) *duration { return &b.Timeouts.Connect }, someTime).about("for a connection"),
		one("timeouts.first_byte", func(b *Backend) *duration { return &b.Timeouts.FirstByte }, someTime).about("from the request until the head of the response"),
		one("timeouts.between_bytes", func(b *Backend) *duration { return &b.Timeouts.BetweenBytes }, someTime).about("without a byte of the body"),
	}
}

// onlyURL is the list form of url, of which this version takes exactly one.
func onlyURL() setting[Backend] {
	return setting[Backend]{
		key:   "urls",
		list:  true,
		form:  stringForm,
		help:  "a list of one URL",
		begin: func(b *Backend) { b.URL = "" },
		set: func(b *Backend, text string) error {
			if b.URL != "" {
				return fmt.Errorf("several urls are not in this version; keep one")
			}
			u, err := backendURL(text)
			if err == nil {
				b.URL = u
			}
			return err
		},
	}
}

// readBackends reads the section whose keys are the names of backends.
func (l *loader) readBackends(n node) {
	switch n.kind {
	case nothing, broken:
		return
	case scalar, list:
		l.report(n.at, fmt.Sprintf("backends is to hold names, each with a URL, not a %s; write default: http://127.0.0.1:3000 beneath it", n.kind))
		return
	}
	for _, p := range n.pairs {
		if !isBackendName(p.key) {
			l.report(p.at, fmt.Sprintf("%q cannot be the name of a backend; take letters, digits, - and _", p.key))
			continue
		}
		l.readBackend(p, Backend{Name: p.key, Timeouts: defaultTimeouts()})
	}
}

func (l *loader) readBackend(p pair, b Backend) {
	known, before := backendSettings(), len(l.problems)
	if p.value.kind == scalar {
		p.key = "url"
		readKey(l, p, known, "url", &b)
	} else {
		readSection(l, p.value, known, "", &b)
	}
	if b.URL == "" && len(l.problems) == before && p.value.kind != broken {
		l.report(p.at, fmt.Sprintf("backend %q has no url; write %s: http://127.0.0.1:3000", b.Name, b.Name))
	}
	l.config.Backends = append(l.config.Backends, b)
}

// readBackendVariable reads what stands behind LACQUER_BACKENDS__: a backend's name, and after __ one of its keys; without a
// key it is the URL. Variables have no lower case and no dashes, so names are compared without regard to those.
func (l *loader) readBackendVariable(variable, rest, text string) {
	at := Place{Source: variable}
	name, key, hasKey := strings.Cut(rest, "__")
	if !hasKey {
		key = "url"
	}
	known := backendSettings()
	s, ok := known.find(strings.ToLower(strings.ReplaceAll(key, "__", ".")))
	switch {
	case !ok || !isBackendName(name):
		return // somebody else's variable
	case s.unbuilt:
		l.report(at, fmt.Sprintf("%q is not in this version; take the variable away", s.key))
		return
	}
	i := slices.IndexFunc(l.config.Backends, func(b Backend) bool { return variablePart(b.Name) == variablePart(name) })
	if i < 0 {
		i = len(l.config.Backends)
		l.config.Backends = append(l.config.Backends, Backend{Name: strings.ToLower(name), Timeouts: defaultTimeouts()})
	}
	b := &l.config.Backends[i]
	assignVariable(l, at, s, b, text)
}

// chooseBackend finds the backend that answers what no rule sends elsewhere.
func (l *loader) chooseBackend() {
	backends := l.config.Backends
	if i := slices.IndexFunc(backends, func(b Backend) bool { return b.Name == DefaultBackend }); i >= 0 {
		l.config.Backend = backends[i]
		return
	}
	switch {
	case len(backends) == 1:
		l.config.Backend = backends[0]
	case len(l.problems) > 0: // the lack may only follow from them
	case len(backends) == 0 && l.config.File == "":
		l.report(Place{Source: "--backend", flag: true}, "no backend is known; give its URL, such as --backend http://127.0.0.1:3000, or a configuration by -c FILE")
	case len(backends) == 0:
		l.report(Place{Source: l.config.File}, "no backend is known; write it beneath backends, such as default: http://127.0.0.1:3000, or give --backend URL")
	case len(l.rules) == 0:
		l.report(l.whole(), fmt.Sprintf("none of %d backends is called %q, and no rule chooses one; call one of them %s, or write a rule with backend: %s",
			len(backends), DefaultBackend, DefaultBackend, backends[0].Name))
	}
}

func isBackendName(name string) bool {
	for _, c := range []byte(name) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return name != ""
}

// backendURL reads the address of an origin: http://host:port, https://host, or unix:/path of a socket. What one may look
// like is known to package origin; here the slips are met that a URL's own errors explain badly.
func backendURL(text string) (string, error) {
	if guess := guessURL(text); guess != "" {
		return "", fmt.Errorf("%q is no URL of a backend; write %s", text, guess)
	}
	b, err := origin.New(origin.Options{URL: text})
	var fault *origin.Error
	if errors.As(err, &fault) {
		return "", errors.New(strings.TrimPrefix(fault.Err.Error(), "url ")) // the key or the flag stands before it
	}
	if err != nil {
		return "", err
	}
	b.Close()
	if u, err := url.Parse(text); err == nil && u.Host != "" && !isPort(u.Port()) && u.Host != u.Hostname() && !strings.HasSuffix(u.Host, "]") {
		return "", fmt.Errorf("%q has a port that is not between 1 and 65535", text)
	}
	return text, nil
}

// guessURL returns text with http:// before it if it has no scheme and that makes it a URL: the most frequent slip.
func guessURL(text string) string {
	if strings.Contains(text, "://") || strings.HasPrefix(text, "unix:") || text == "" {
		return ""
	}
	if u, err := url.Parse("http://" + text); err != nil || u.Hostname() == "" {
		return ""
	}
	return "http://" + text
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}
