package certificates

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"
)

// Pair names the files of one certificate, in PEM.
type Pair struct {
	Certificate string // the certificate of the host, then those between it and a root
	Key         string // its private key, unencrypted; may be the same file
}

// expiring is how long before its end a certificate from a file is complained of.
const expiring = 14 * 24 * time.Hour

// shelf is what was read of the files. It is not changed.
type shelf struct {
	read  []content // of each pair
	all   []*tls.Certificate
	names map[string][]*tls.Certificate
}

// content is what stood in the files of a pair.
type content struct{ certificate, key []byte }

func (c content) equal(d content) bool {
	return bytes.Equal(c.certificate, d.certificate) && bytes.Equal(c.key, d.key)
}

// readAll reads all pairs. The error names the files that are at fault.
func readAll(pairs []Pair) (*shelf, error) {
	var read []content
	var all []*tls.Certificate
	for _, p := range pairs {
		text, err := p.read()
		if err != nil {
			return nil, err
		}
		c, err := p.parse(text)
		if err != nil {
			return nil, err
		}
		read, all = append(read, text), append(all, c)
	}
	return newShelf(read, all), nil
}

// Check reads all pairs, and returns what is wrong with the first that is not in order.
func Check(pairs []Pair) error {
	_, err := readAll(pairs)
	return err
}

func newShelf(read []content, all []*tls.Certificate) *shelf {
	s := &shelf{read: read, all: all, names: map[string][]*tls.Certificate{}}
	for _, c := range all {
		for _, name := range namesOf(c) {
			s.names[name] = append(s.names[name], c)
		}
	}
	return s
}

// named returns the certificates for a name, in the order of the files; one for the very name comes before one with a wildcard.
func (s *shelf) named(name string) (found []*tls.Certificate) {
	for _, candidate := range candidates(name) {
		found = append(found, s.names[candidate]...)
	}
	return found
}

// warn tells of certificates that are over or soon will be.
func (s *shelf) warn(log *slog.Logger, now time.Time) {
	for _, c := range s.all {
		if until := c.Leaf.NotAfter; until.Sub(now) < expiring {
			log.Warn("a certificate ends; replace its files", "names", strings.Join(namesOf(c), ", "), "until", until)
		}
	}
}

func (p Pair) read() (content, error) {
	certificate, err := os.ReadFile(p.Certificate)
	if err != nil {
		return content{}, unreadable("certificate", p.Certificate, err)
	}
	key, err := os.ReadFile(p.Key)
	if err != nil {
		return content{}, unreadable("key", p.Key, err)
	}
	return content{certificate, key}, nil
}

func (p Pair) parse(text content) (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(text.certificate, text.key)
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "tls: ")
		return nil, fmt.Errorf("certificate %s with key %s: %s; give the two in PEM, the certificate of the host first", p.Certificate, p.Key, reason)
	}
	return &c, nil
}

// unreadable says in a user's words why a file cannot be read.
func unreadable(what, path string, err error) error {
	advice := "cannot be read"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s %s: there is no such file", what, path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s %s: permission denied; let this user read the file", what, path)
	}
	return fmt.Errorf("%s %s: %s: %w", what, path, advice, err)
}
