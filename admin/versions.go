package admin

import "net/http"

// VersionList are the configurations that are remembered, the newest first.
type VersionList struct {
	Versions []Version `json:"versions"`
}

// RollbackOrder says to which version to go back.
type RollbackOrder struct {
	To int `json:"to,omitempty"` // 0 is the one before
}

// reload reads the configuration anew. What is wrong with it leaves the old one in force.
func (s *Server) reload(w http.ResponseWriter, _ *http.Request) error {
	v, err := s.House.Reload()
	if err != nil {
		return err
	}
	return answer(w, v)
}

func (s *Server) versions(w http.ResponseWriter, _ *http.Request) error {
	list := VersionList{Versions: s.House.Versions()}
	if list.Versions == nil {
		list.Versions = []Version{}
	}
	return answer(w, list)
}

func (s *Server) rollback(w http.ResponseWriter, r *http.Request) error {
	var order RollbackOrder
	if err := read(r, &order); err != nil {
		return err
	}
	if order.To < 0 {
		return input("%d is no version", order.To)
	}
	v, err := s.House.Rollback(order.To)
	if err != nil {
		return err
	}
	return answer(w, v)
}
