package certificates

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a Set holds. Files come before ACME, where both know a name.
type Options struct {
	Files []Pair // certificates of one's own
	ACME  ACME   // without Hosts there is none

	Directory string // where what is obtained or made here is kept, mode 0700; "" keeps only what is signed by ourselves, in memory

	FileCheck  time.Duration // how often files are compared with what was read of them; 0 stands for 10 s
	RenewCheck time.Duration // how often certificates of ACME are asked for their age; 0 stands for a minute

	Log *slog.Logger // nil discards
}

// Set is what TLS listeners show. Its methods may be called from any goroutine.
type Set struct {
	log   *slog.Logger
	files []Pair
	shelf atomic.Pointer[shelf] // what was read of the files
	own   atomic.Pointer[tls.Certificate]
	acme  *manager // nil without
	home  string

	begin sync.Once
	end   sync.Once
	stop  context.CancelFunc
	life  context.Context // of what runs behind
	work  sync.WaitGroup
}

// Open reads all files, each of which must be in order, and makes a certificate where there is to be none from elsewhere. It asks no
// certificate authority yet: see Begin. Close gives up what it holds.
func Open(o Options) (*Set, error) {
	s := &Set{log: o.Log, files: o.Files, home: o.Directory}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.life, s.stop = context.WithCancel(context.Background())
	first, err := readAll(s.files)
	if err != nil {
		return nil, err
	}
	first.warn(s.log, time.Now())
	s.shelf.Store(first)
	switch {
	case len(o.ACME.Hosts) > 0:
		if s.acme, err = newManager(o, s.log); err != nil {
			return nil, err
		}
	case len(s.files) == 0:
		if err := s.signOwn(time.Now()); err != nil {
			return nil, err
		}
	}
	every := o.FileCheck
	if every <= 0 {
		every = 10 * time.Second
	}
	s.work.Go(func() { s.watch(every) })
	return s, nil
}

// Begin has certificates obtained and renewed from now on: the listeners that answer challenges must be open. It does not wait, and
// nothing that goes wrong ends it.
func (s *Set) Begin() {
	s.begin.Do(func() {
		if s.acme != nil {
			s.acme.begin(s.life, &s.work)
		}
	})
}

// Close ends what runs behind. Certificates that are being obtained are given up; the next start tries again. An authority that does
// not answer holds it up for closeTime at most. Further calls wait for the first.
func (s *Set) Close() { s.end.Do(s.close) }

func (s *Set) close() {
	s.begin.Do(func() {}) // a Begin that comes now does nothing
	s.stop()
	over := make(chan struct{})
	go func() {
		defer close(over)
		if s.acme != nil {
			s.acme.close()
		}
		s.work.Wait()
	}()
	timer := time.NewTimer(closeTime)
	defer timer.Stop()
	select {
	case <-over:
	case <-timer.C:
		s.log.Warn("a certificate authority does not answer and is left")
	}
}

const closeTime = 5 * time.Second

// watch looks at the files, and at the age of what we signed ourselves, until Close.
func (s *Set) watch(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	w := watcher{files: s.files, log: s.log, warned: time.Now()}
	for {
		select {
		case <-s.life.Done():
			return
		case now := <-tick.C:
			if changed := w.look(s.shelf.Load(), now); changed != nil {
				s.shelf.Store(changed)
			}
			if s.own.Load() != nil {
				if err := s.signOwn(now); err != nil {
					s.log.Error("the self-signed certificate cannot be renewed", "error", err)
				}
			}
		}
	}
}

// Get chooses the certificate for a handshake: of those for the name that the client asks for, the first whose kind of key it knows.
// A client that asks for none, or for one that nobody has, is shown what there is, and will say itself what it thinks of it: an error
// that names the two tells more than a connection that ends. The error is for a host whose certificate is still to be obtained.
func (s *Set) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.acme != nil && isChallenge(hello) {
		return s.acme.challengeCertificate(hello)
	}
	name := nameOf(hello)
	choices := s.matching(name)
	if len(choices) == 0 {
		choices = s.otherwise()
	}
	for _, c := range choices {
		if hello.SupportsCertificate(c) == nil {
			return c, nil
		}
	}
	switch {
	case len(choices) > 0:
		return choices[0], nil
	case s.acme != nil:
		return nil, fmt.Errorf("no certificate for %q has been obtained yet", name)
	}
	return nil, errors.New("there is no certificate")
}

// Covers reports whether a certificate is there for a host: a name in lower case, or an address.
func (s *Set) Covers(host string) bool { return len(s.matching(host)) > 0 }

// Challenge returns what a certificate authority wants to read at a path of a host.
func (s *Set) Challenge(host, path string) (answer string, ok bool) {
	if s.acme == nil {
		return "", false
	}
	return s.acme.challenge(host, path)
}

// Protocols returns what a listener must name in ALPN for challenges in the handshake.
func (s *Set) Protocols() []string {
	if s.acme == nil {
		return nil
	}
	return []string{challengeProtocol}
}

// matching returns the certificates for a name, those from files first.
func (s *Set) matching(name string) []*tls.Certificate {
	choices := s.shelf.Load().named(name)
	if s.acme != nil && len(choices) == 0 {
		choices = s.acme.named(name)
	}
	if c := s.own.Load(); c != nil && isFor(c, name) {
		choices = append(choices, c)
	}
	return choices
}

// otherwise returns what is shown to who asks for nothing that we have.
func (s *Set) otherwise() []*tls.Certificate {
	if all := s.shelf.Load().all; len(all) > 0 {
		return all[:1]
	}
	if s.acme != nil {
		return s.acme.any()
	}
	if c := s.own.Load(); c != nil {
		return []*tls.Certificate{c}
	}
	return nil
}
