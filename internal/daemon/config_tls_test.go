package daemon_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lacquer/internal/certificates"
	"lacquer/internal/daemon"
)

func TestTLSSettings(t *testing.T) {
	f := func(file, text string, want daemon.TLS) {
		t.Helper()
		config := load(t, daemon.Source{File: file, Data: []byte("backends: {app: 'http://127.0.0.1:3000'}\nlisten: ['https://:443']\n" + text)})
		if diff := cmp.Diff(want, config.TLS); diff != "" {
			t.Errorf("%s: want -, got +\n%s", text, diff)
		}
	}
	f("/etc/lacquer.yaml", "", daemon.TLS{})
	f("/etc/lacquer.yaml", "tls: {email: ops@example.org, hosts: [WWW.Example.org., a.example, www.example.org]}", daemon.TLS{
		Email: "ops@example.org", Hosts: []string{"a.example", "www.example.org"},
	})
	// Paths begin at the directory of the configuration.
	f("/etc/lacquer.yaml", "tls: {certificates: [{cert: a.pem, key: /keys/a.key}, {cert: both.pem}], acme: {directory: 'https://ca/dir', root: ca.pem}}", daemon.TLS{
		Certificates: []certificates.Pair{
			{Certificate: "/etc/a.pem", Key: "/keys/a.key"},
			{Certificate: "/etc/both.pem", Key: "/etc/both.pem"},
		},
		Directory: "https://ca/dir", Root: "/etc/ca.pem",
	})
	f("lacquer.yaml", "tls: {certificates: {cert: a.pem, key: b.pem}}", daemon.TLS{Certificates: []certificates.Pair{{Certificate: "a.pem", Key: "b.pem"}}})
}
