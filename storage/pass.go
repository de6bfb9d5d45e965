package storage

// Pass returns an object for a response that has nothing to do with the store, with a reader at the start of its body. The caller fills it as
// after Refuse.
func (s *Store) Pass(r Response, reader *Reader) *Object {
	o := &Object{Head: r.Head, Origin: r.Head, Body: newBody(&s.budget, r.Length, -1, r.Abandon)}
	o.Body.Attach(reader)
	return o
}
