package certificates

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// ownTime is how long a certificate lasts that we sign ourselves: Apple's systems refuse more than 825 days, even where its owner has
	// trusted it.
	ownTime = 800 * 24 * time.Hour
	// ownSpare is how much of that may be left when it is replaced.
	ownSpare = 30 * 24 * time.Hour
	ownFile  = "self-signed.pem"
)

// signOwn sees to it that there is a certificate for this machine's own names that has some time left: the one that lies in the
// directory, else a new one.
func (s *Set) signOwn(now time.Time) error {
	if c := s.own.Load(); c != nil && lasts(c, now) {
		return nil
	}
	path := "memory"
	if s.home != "" {
		path = filepath.Join(s.home, ownFile)
	}
	c, err := s.readOwn(path, now)
	if err != nil {
		return err
	}
	if c == nil {
		if c, err = s.makeOwn(path, now); err != nil {
			return err
		}
	}
	s.own.Store(c)
	s.log.Warn("a self-signed certificate is shown, which browsers warn of; name hosts beneath tls, or files, for a real one",
		"names", strings.Join(namesOf(c), ", "), "sha256", fingerprint(c), "until", c.Leaf.NotAfter, "file", path)
	return nil
}

func lasts(c *tls.Certificate, now time.Time) bool { return c.Leaf.NotAfter.Sub(now) > ownSpare }

// readOwn reads what lies in the directory; nil if that is nothing of use.
func (s *Set) readOwn(path string, now time.Time) (*tls.Certificate, error) {
	if s.home == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable("certificate", path, err)
	}
	c, err := tls.X509KeyPair(text, text)
	if err != nil || !lasts(&c, now) {
		return nil, nil // it is ours: a new one takes its place
	}
	return &c, nil
}

// makeOwn makes a certificate and leaves it in the directory, key and all, mode 0600.
func (s *Set) makeOwn(path string, now time.Time) (*tls.Certificate, error) {
	text, err := sign(now)
	if err != nil {
		return nil, fmt.Errorf("make a self-signed certificate: %w", err)
	}
	if s.home != "" {
		if err := writeWhole(s.home, path, text); err != nil {
			return nil, fmt.Errorf("keep a self-signed certificate: %w", err)
		}
	}
	c, err := tls.X509KeyPair(text, text)
	return &c, err
}

// sign returns a certificate for localhost and its addresses, and its key, in PEM.
func sign(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // RFC 5280 section 4.1.2.2: at most 20 octets
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          number,
		Subject:               pkix.Name{CommonName: "localhost", Organization: []string{"Lacquer, signed by itself"}},
		NotBefore:             now.Add(-time.Hour), // for clocks that are late
		NotAfter:              now.Add(ownTime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              []string{"localhost", "*.localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), nil
}

// writeWhole writes a file beside its place and moves it there.
func writeWhole(directory, path string, text []byte) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// fingerprint is how browsers and openssl show which certificate it is.
func fingerprint(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return strings.ReplaceAll(strings.ToUpper(fmt.Sprintf("% x", sum)), " ", ":")
}
