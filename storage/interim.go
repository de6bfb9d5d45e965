package storage

import "lacquer/message"

// maxInterim is how many interim responses of one fetch are remembered. An origin may send any number (RFC 9110 section 15.2); more than
// these are of no use to anybody.
const maxInterim = 8

// Interim is a 1xx that came before the head.
type Interim struct {
	Status int
	Header message.Header // must not be changed
}

// Interim takes down a 1xx for all who wait, and for those who come before the head does. h is copied.
func (f *Flight) Interim(status int, h message.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outcome != nil || len(f.interim) == maxInterim {
		return
	}
	f.interim = append(f.interim, Interim{Status: status, Header: h.Clone()})
	wake(&f.more)
}

// Interims returns the interim responses that the seat has not been told of yet, and a channel that is closed when there is more to ask for: another
// of them, or the end of the flight. It is nil if the flight has ended.
func (s *Seat) Interims() (news []Interim, more <-chan struct{}) {
	f := s.flight
	f.mu.Lock()
	defer f.mu.Unlock()
	news = f.interim[s.taken:len(f.interim):len(f.interim)]
	s.taken = len(f.interim)
	if f.outcome != nil {
		return news, nil
	}
	return news, signal(&f.more)
}
