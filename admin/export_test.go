package admin

// What tests of this package see of its inside.

const ListenerRoom = listenerRoom

// Routes returns method, path and access of each route.
func Routes() []string {
	var all []string
	for _, r := range routes {
		line := r.method + " " + r.path
		if r.access == open {
			line += " open"
		}
		all = append(all, line)
	}
	return all
}

// Listen returns a listener's transactions, and a function that ends it.
func (f *Feed) Listen() (<-chan Transaction, func()) {
	l := f.join()
	return l.lines, func() { f.leave(l) }
}
